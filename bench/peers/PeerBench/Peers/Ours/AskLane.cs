using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using GpuCredit.V1;

namespace PeerBench.Peers.Ours;

/// <summary>One stream of balances, shared: what callers have waiting goes out in one message, and an answer finds its caller by its number.</summary>
internal sealed class AskLane : IAsyncDisposable
{
    /// <summary>The stream's own bound of one message.</summary>
    private const int QuestionsEachMessageMax = 300;

    private readonly AsyncDuplexStreamingCall<StreamBalancesRequest, StreamBalancesResponse> _call;
    private readonly Channel<Caller> _waiting = Channel.CreateUnbounded<Caller>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<ulong, Caller> _asked = new();
    private readonly Task _writing;
    private readonly Task _reading;

    public AskLane(AsyncDuplexStreamingCall<StreamBalancesRequest, StreamBalancesResponse> call)
    {
        _call = call;
        _writing = Task.Run(WriteAsync);
        _reading = Task.Run(ReadAsync);
    }

    public Task<long> AskAsync(string accountId, long at)
    {
        var caller = new Caller(new BalanceQuestion { AccountId = accountId, At = at });
        if (!_waiting.Writer.TryWrite(caller))
            throw new InvalidOperationException("The stream has ended.");
        return caller.Answered.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
        await _reading;
        _call.Dispose();
    }

    private async Task WriteAsync()
    {
        var sequence = 0UL;
        var request = new StreamBalancesRequest();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            request.Questions.Clear();
            int gathered;
            do
            {
                // Behind the callers that have just been answered, and ask again: they go out in the same message.
                gathered = request.Questions.Count;
                await Task.Yield();
                while (request.Questions.Count < QuestionsEachMessageMax && _waiting.Reader.TryRead(out var caller))
                {
                    caller.Question.Sequence = ++sequence;
                    _asked[sequence] = caller;
                    request.Questions.Add(caller.Question);
                }
            }
            while (request.Questions.Count > gathered);

            await _call.RequestStream.WriteAsync(request);
        }

        await _call.RequestStream.CompleteAsync();
    }

    private async Task ReadAsync()
    {
        Exception ended = new InvalidOperationException("The stream has ended.");
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                foreach (var answer in _call.ResponseStream.Current.Answers)
                    Answer(answer);
            }
        }
        catch (RpcException fault)
        {
            ended = fault;
        }

        _waiting.Writer.TryComplete();
        foreach (var caller in _asked.Values)
            caller.Answered.TrySetException(ended);
    }

    private void Answer(BalanceAnswer answer)
    {
        if (!_asked.TryRemove(answer.Sequence, out var caller))
            throw new InvalidOperationException("An answer that nothing was asked for.");
        if (answer.Error is { } error)
            caller.Answered.SetException(new InvalidOperationException(error.Detail));
        else
            caller.Answered.SetResult(answer.Balance);
    }

    private sealed class Caller(BalanceQuestion question)
    {
        public BalanceQuestion Question => question;

        public TaskCompletionSource<long> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
