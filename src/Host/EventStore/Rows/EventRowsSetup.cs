using Akka.Actor.Setup;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>Brings the store's statements to the journal and the snapshot store, which Akka makes from their names.</summary>
internal sealed class EventRowsSetup(IEventRows rows) : Setup
{
    public IEventRows Rows { get; } = rows;
}
