using System.Threading.Tasks.Sources;
using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// One call to accounts, until all its messages are answered or it is given up. It ends either way; who awaits that looks at what was answered by then.
/// Kept by <see cref="CallsUnderWay"/>, whose list it is an element of.
/// </summary>
internal abstract class Call : IValueTaskSource
{
    /// <summary>Whoever brings the answer goes on with its own work, and another thread with the caller's.</summary>
    private ManualResetValueTaskSourceCore<bool> _end = new() { RunContinuationsAsynchronously = true };
    private int _hasEnded;
    private CancellationTokenRegistration _cancelling;

    /// <summary>When it began, in timestamps.</summary>
    public long BegunAt { get; private set; }

    /// <summary>When it is given up, in timestamps.</summary>
    public long EndsAt { get; private set; }

    internal Call? Before { get; set; }

    internal Call? After { get; set; }

    internal CallList? List { get; set; }

    protected CallsUnderWay? Calls { get; private set; }

    /// <summary>An answer has come, the first to this message. Called by whichever thread brings it.</summary>
    public abstract void Answered(AnswerAddress from, IWireMessage answer);

    /// <summary>Sends what is due, for the first time or again.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="waiting">From the first try to the second, in timestamps; every later wait is twice the last.</param>
    /// <param name="triesMax">How often it may be sent.</param>
    /// <param name="mayRunHere">Whether this thread may let an account take it in before it goes on. Not where it looks after all calls.</param>
    public abstract void Send(long now, long waiting, int triesMax, bool mayRunHere);

    /// <summary>The end of a call that has begun, to be awaited once. It throws what <see cref="Fail"/> was told.</summary>
    /// <param name="cancellation">The caller's.</param>
    public ValueTask EndAsync(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
            _cancelling = cancellation.UnsafeRegister(static (call, token) => ((Call)call!).Fail(new OperationCanceledException(token)), this);
        return new(this, _end.Version);
    }

    /// <summary>Nothing that comes from now on counts.</summary>
    public void GiveUp()
    {
        Close();
        Finish();
    }

    /// <summary>Instead of an answer there is a fault of ours, or the caller went away; it is the caller's to see.</summary>
    public void Fail(Exception fault)
    {
        Close();
        List?.Remove(this);
        if (TryEnd())
            _end.SetException(fault);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _end.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _end.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _cancelling.Unregister();
        _end.GetResult(token);
    }

    internal void Begin(CallsUnderWay calls, long begunAt, long endsAt)
    {
        Calls = calls;
        BegunAt = begunAt;
        EndsAt = endsAt;
    }

    /// <summary>Ends every address, so that nothing changes afterwards.</summary>
    protected abstract void Close();

    protected void Finish()
    {
        List?.Remove(this);
        if (TryEnd())
            _end.SetResult(true);
    }

    private bool TryEnd() => Interlocked.Exchange(ref _hasEnded, 1) == 0;
}
