using System.Collections.Immutable;
using GpuCredit.Host.EventStore.Rows;
using LinqToDB;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// An event store that is ready to be read and written, and is ours until disposed. Dispose it after the actor system
/// has ended: what is still being written then would lose its file.
/// </summary>
internal sealed class OpenedEventStore : IAsyncDisposable
{
    private readonly Func<ValueTask> _close;

    public OpenedEventStore(EventStoreTarget target, ImmutableArray<string> hoconFiles, DataOptions data, IEventRows rows, EventStoreProbe probe, Func<ValueTask> close, string? warning = null)
    {
        Target = target;
        HoconFiles = hoconFiles;
        Data = data;
        Rows = rows;
        Probe = probe;
        _close = close;
        Warning = warning;
    }

    public EventStoreTarget Target { get; }

    /// <summary>The files of hocon/ with this store's settings, by name; the first that knows a setting decides.</summary>
    public ImmutableArray<string> HoconFiles { get; }

    /// <summary>How the journal and the snapshot store open a connection.</summary>
    public DataOptions Data { get; }

    /// <summary>The statements that the journal and the snapshot store don't leave to the plugin.</summary>
    public IEventRows Rows { get; }

    /// <summary>Who is a member of the cluster over this store; null for a store of one machine.</summary>
    public MemberRoll? Roll { get; init; }

    /// <summary>Where the plugin's own calls are made; null where they don't block.</summary>
    public OwnThreads? Threads { get; init; }

    /// <summary>Whether the store answers now.</summary>
    public EventStoreProbe Probe { get; }

    /// <summary>What the operator should know about the store, though it can be used; null: nothing.</summary>
    public string? Warning { get; }

    /// <summary>The same store with other statements, for measuring. This one is still to be disposed of.</summary>
    internal OpenedEventStore With(IEventRows rows) =>
        new(Target, HoconFiles, Data, rows, Probe, () => ValueTask.CompletedTask, Warning) { Roll = Roll, Threads = Threads };

    public async ValueTask DisposeAsync()
    {
        await Rows.DisposeAsync();
        await _close();
    }
}
