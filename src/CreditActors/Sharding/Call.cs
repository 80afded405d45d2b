using CreditActors.Protocol;

namespace CreditActors.Sharding;

/// <summary>
/// One call to accounts, until all its messages are answered or it is given up. Its task completes either way, and throws only what <see cref="Fail"/> was told;
/// who awaits it looks at what was answered by then. Kept by <see cref="CallsUnderWay"/>, whose list it is an element of.
/// </summary>
internal abstract class Call() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
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
    public abstract void Send(long now, long waiting, int triesMax);

    /// <summary>Nothing that comes from now on counts.</summary>
    public void GiveUp()
    {
        Close();
        Finish();
    }

    /// <summary>The caller went away.</summary>
    public void Cancel(CancellationToken cancellation)
    {
        Close();
        List?.Remove(this);
        TrySetCanceled(cancellation);
    }

    /// <summary>Instead of an answer there is a fault of ours; it is the caller's to see.</summary>
    public void Fail(Exception fault)
    {
        Close();
        List?.Remove(this);
        TrySetException(fault);
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
        TrySetResult();
    }
}
