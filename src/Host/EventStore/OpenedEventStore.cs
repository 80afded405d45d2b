using System.Collections.Immutable;
using LinqToDB;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// An event store that is ready to be read and written, and is ours until disposed. Dispose it after the actor system
/// has ended: what is still being written then would lose its file.
/// </summary>
internal sealed class OpenedEventStore : IAsyncDisposable
{
    private readonly Func<ValueTask> _close;

    public OpenedEventStore(EventStoreTarget target, ImmutableArray<string> hoconFiles, DataOptions data, EventStoreProbe probe, Func<ValueTask> close, string? warning = null)
    {
        Target = target;
        HoconFiles = hoconFiles;
        Data = data;
        Probe = probe;
        _close = close;
        Warning = warning;
    }

    public EventStoreTarget Target { get; }

    /// <summary>The files of hocon/ with this store's settings, by name; the first that knows a setting decides.</summary>
    public ImmutableArray<string> HoconFiles { get; }

    /// <summary>How the journal and the snapshot store open a connection.</summary>
    public DataOptions Data { get; }

    /// <summary>Who is a member of the cluster over this store; null for a store of one machine.</summary>
    public MemberRoll? Roll { get; init; }

    /// <summary>Whether the store answers now.</summary>
    public EventStoreProbe Probe { get; }

    /// <summary>What the operator should know about the store, though it can be used; null: nothing.</summary>
    public string? Warning { get; }

    public ValueTask DisposeAsync() => _close();
}
