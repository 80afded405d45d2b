using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// One account's leave to write to the event store, or to read from it, or its place in the queue for it. Whoever asked gives
/// it back exactly once, by whichever way it ended; giving it back again does nothing.
/// </summary>
internal sealed class StorePermit(StoreGate gate, IActorRef account)
{
    public IActorRef Account { get; } = account;

    /// <summary>Owned by the gate, read and written under its lock.</summary>
    internal StorePermitState State { get; set; }

    /// <summary>In which of the gate's rounds it was granted: a failure counts against that one only.</summary>
    internal long Round { get; set; }

    public void Return(StoreResult result) => gate.Return(this, result);
}
