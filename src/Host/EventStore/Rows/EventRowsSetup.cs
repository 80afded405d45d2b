using Akka.Actor.Setup;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>Brings the journal and the snapshot store, which Akka makes from their names, the store's statements and what they share.</summary>
internal sealed class EventRowsSetup(IEventRows rows) : Setup
{
    public IEventRows Rows { get; } = rows;

    public WakingAccounts Waking { get; } = new();
}
