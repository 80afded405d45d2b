using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// One account's leave to have one write at the event store, or its place in the queue for it. Whoever asked gives it back
/// exactly once, by whichever way the write ended; giving it back again does nothing.
/// </summary>
internal sealed class WritePermit(WriteGate gate, IActorRef account)
{
    public IActorRef Account { get; } = account;

    /// <summary>Owned by the gate, read and written under its lock.</summary>
    internal WritePermitState State { get; set; }

    /// <summary>True for the one write that tries whether the store is back.</summary>
    internal bool IsProbe { get; set; }

    public void Return(WriteResult result) => gate.Return(this, result);
}
