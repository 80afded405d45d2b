using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;

namespace GpuCredit.Client.Grpc;

/// <summary>
/// One stream of questions that all callers of a client share: what they have waiting goes out in one message. It ends when nobody has asked
/// for a while, when it breaks, when it answers nothing, or when its connection has lived long enough; what has no answer then is asked by itself.
/// </summary>
internal sealed class AskStream
{
    /// <summary>How often it is looked at: one that hasn't answered by the first time never works, one that nobody has used since the last is closed.</summary>
    internal static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(2.5);

    /// <summary>The server's bound of one message.</summary>
    private const int QuestionsPerMessageMax = 300;

    private readonly AsyncDuplexStreamingCall<V1.StreamBalancesRequest, V1.StreamBalancesResponse> _call;
    private readonly TimeProvider _time;
    private readonly Channel<Ask> _waiting = Channel.CreateUnbounded<Ask>(new UnboundedChannelOptions { SingleReader = true }); // each has a caller that waits
    private readonly ConcurrentDictionary<ulong, Ask> _asked = new();
    private readonly ITimer _timer;
    private readonly long _openedAt;
    private readonly Task _writing;
    private ulong _sequence;
    private long _begun;
    private long _begunAtLastLook;
    private int _underWay;
    private long _answered; // messages
    private volatile bool _isClosed;
    private volatile bool _hasEnded;

    /// <param name="call">Opened for it.</param>
    /// <param name="time">The client's.</param>
    public AskStream(AsyncDuplexStreamingCall<V1.StreamBalancesRequest, V1.StreamBalancesResponse> call, TimeProvider time)
    {
        _call = call;
        _time = time;
        _openedAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Look(), null, LookAfter, LookAfter);
        _writing = Task.Run(WriteAsync);
        _ = Task.Run(ReadAsync);
    }

    /// <summary>False when it takes no more.</summary>
    public bool IsOpen => !_isClosed;

    /// <summary>True when it answers nothing any more.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Of a stream that has ended without any answer: why it came to nothing.</summary>
    public RpcException? Failure { get; private set; }

    /// <summary>When it ended: a timestamp.</summary>
    public long EndedAt { get; private set; }

    /// <summary>Null when the stream takes no more, or ends without an answer.</summary>
    /// <param name="question">Its number is given here.</param>
    /// <param name="patience">How long a try may take. One that is given up after half of it, while nobody was answered, waited at a stream that is dead.</param>
    /// <param name="once">Ends the waiting.</param>
    public async Task<V1.BalanceAnswer?> AskAsync(V1.BalanceQuestion question, TimeSpan patience, CancellationToken once)
    {
        var ask = new Ask(question);
        var begun = _time.GetTimestamp();
        var answered = Volatile.Read(ref _answered);
        Interlocked.Increment(ref _underWay);
        Interlocked.Increment(ref _begun);
        try
        {
            if (!_waiting.Writer.TryWrite(ask))
                return null;
            return await ask.Task.WaitAsync(once);
        }
        catch (OperationCanceledException)
        {
            ask.TrySetCanceled(once);
            _asked.TryRemove(new KeyValuePair<ulong, Ask>(Volatile.Read(ref ask.Sequence), ask));
            if (_time.GetElapsedTime(begun) >= patience / 2 && Volatile.Read(ref _answered) == answered)
                GiveUp();
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>Ends it at once.</summary>
    public void GiveUp()
    {
        Close();
        _call.Dispose();
    }

    /// <summary>Takes no more; ends when everything is answered.</summary>
    private void Close()
    {
        _isClosed = true;
        _waiting.Writer.TryComplete();
    }

    private void Look()
    {
        var begun = Volatile.Read(ref _begun);
        var isIdle = begun == _begunAtLastLook && Volatile.Read(ref _underWay) == 0;
        // Closed at an earlier look, and still not ended: nobody is there.
        if (Volatile.Read(ref _answered) == 0 || (isIdle && _isClosed))
            GiveUp();
        else if (isIdle || _time.GetElapsedTime(_openedAt) >= Connections.Lifetime)
            Close();
        _begunAtLastLook = begun;
    }

    private async Task WriteAsync()
    {
        var request = new V1.StreamBalancesRequest();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync())
            {
                request.Questions.Clear();
                int gathered;
                do
                {
                    // Behind callers that have just been answered, and ask again: they go out in the same message.
                    gathered = request.Questions.Count;
                    await Task.Yield();
                    while (request.Questions.Count < QuestionsPerMessageMax && _waiting.Reader.TryRead(out var ask))
                        Take(ask, request);
                }
                while (request.Questions.Count > gathered);
                if (request.Questions.Count > 0)
                    await _call.RequestStream.WriteAsync(request);
            }

            await _call.RequestStream.CompleteAsync();
        }
        catch (Exception)
        {
            // The reading loop sees the end, and why, if it hasn't yet.
            GiveUp();
        }
    }

    private void Take(Ask ask, V1.StreamBalancesRequest request)
    {
        var sequence = ++_sequence;
        Volatile.Write(ref ask.Sequence, sequence);
        ask.Question.Sequence = sequence;
        _asked[sequence] = ask;
        // Its caller has gone, before it could be found here.
        if (ask.Task.IsCompleted)
            _asked.TryRemove(sequence, out _);
        else
            request.Questions.Add(ask.Question);
    }

    private async Task ReadAsync()
    {
        RpcException? end = null;
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                Interlocked.Increment(ref _answered);
                foreach (var answer in _call.ResponseStream.Current.Answers)
                {
                    if (_asked.TryRemove(answer.Sequence, out var ask))
                        ask.TrySetResult(answer);
                }
            }
        }
        catch (Exception fault)
        {
            end = fault as RpcException ?? new RpcException(new Status(StatusCode.Unavailable, fault.Message, fault));
        }

        GiveUp();
        await _timer.DisposeAsync();
        // Nobody adds any more.
        await _writing;
        if (Volatile.Read(ref _answered) == 0)
            Failure = end ?? new RpcException(new Status(StatusCode.Unknown, "The stream ended without an answer."));
        EndedAt = _time.GetTimestamp();
        _hasEnded = true;
        foreach (var ask in _asked.Values)
            ask.TrySetResult(null);
        while (_waiting.Reader.TryRead(out var ask))
            ask.TrySetResult(null);
    }

    private sealed class Ask(V1.BalanceQuestion question) : TaskCompletionSource<V1.BalanceAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ulong Sequence;

        public V1.BalanceQuestion Question => question;
    }
}
