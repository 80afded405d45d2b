using System.Collections.Concurrent;
using Grpc.Core;
using GpuCredit.V1;

namespace PeerBench.Peers.Ours;

/// <summary>One stream of balances, shared: an answer finds its caller by its number.</summary>
internal sealed class AskLane : SharedLane<StreamBalancesRequest, StreamBalancesResponse, AskLane.Caller>
{
    /// <summary>The stream's own bound of one message.</summary>
    private const int QuestionsEachMessageMax = 300;

    private readonly ConcurrentDictionary<ulong, Caller> _asked = new();
    private readonly StreamBalancesRequest _request = new();
    private ulong _sequence;

    public AskLane(AsyncDuplexStreamingCall<StreamBalancesRequest, StreamBalancesResponse> call)
        : base(call) => Begin();

    public Task<long> AskAsync(string accountId, long at)
    {
        var caller = new Caller(new BalanceQuestion { AccountId = accountId, At = at });
        Add(caller);
        return caller.Answered.Task;
    }

    protected override async ValueTask<StreamBalancesRequest> NextAsync()
    {
        _request.Questions.Clear();
        int gathered;
        do
        {
            // Behind the callers that have just been answered, and ask again: they go out in the same message.
            gathered = _request.Questions.Count;
            await Task.Yield();
            while (_request.Questions.Count < QuestionsEachMessageMax && Waiting.TryRead(out var caller))
            {
                caller.Question.Sequence = ++_sequence;
                _asked[_sequence] = caller;
                _request.Questions.Add(caller.Question);
            }
        }
        while (_request.Questions.Count > gathered);

        return _request;
    }

    protected override void Answer(StreamBalancesResponse response)
    {
        foreach (var answer in response.Answers)
        {
            if (!_asked.TryRemove(answer.Sequence, out var caller))
                throw new InvalidOperationException("An answer that nothing was asked for.");
            if (answer.Error is { } error)
                caller.Answered.SetException(new InvalidOperationException(error.Detail));
            else
                caller.Answered.SetResult(answer.Balance);
        }
    }

    protected override void Fail(Exception ended)
    {
        foreach (var caller in _asked.Values)
            caller.Answered.TrySetException(ended);
    }

    internal sealed class Caller(BalanceQuestion question)
    {
        public BalanceQuestion Question => question;

        public TaskCompletionSource<long> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
