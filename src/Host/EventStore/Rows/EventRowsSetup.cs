using Akka.Actor.Setup;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>Brings the journal and the snapshot store, which Akka makes from their names, the store's statements and what they share.</summary>
internal sealed class EventRowsSetup(IEventRows rows, OwnThreads? threads) : Setup
{
    public IEventRows Rows { get; } = rows;

    /// <summary>Where the plugin's own calls are made; null where they don't block.</summary>
    public OwnThreads? Threads { get; } = threads;

    public WakingAccounts Waking { get; } = new();
}
