using GpuCredit.Host.EventStore.Rows;

namespace Host.Tests.EventStore;

/// <summary>Counts the transactions that write events.</summary>
internal sealed class CountedRows(IEventRows rows) : IEventRows
{
    private int _appends;

    public int Appends => Volatile.Read(ref _appends);

    public int Readers => rows.Readers;

    public Task AppendAsync(IReadOnlyList<EventRow> events)
    {
        Interlocked.Increment(ref _appends);
        return rows.AppendAsync(events);
    }

    public Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds) => rows.HighestAsync(persistenceIds);

    public IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax) => rows.ReadAsync(persistenceId, from, to, pageMax);

    public Task<IReadOnlyList<StoredAccount>> WakeAsync(IReadOnlyList<string> persistenceIds) => rows.WakeAsync(persistenceIds);

    public Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version) => rows.SnapshotThroughAsync(persistenceId, version);

    public ValueTask DisposeAsync() => rows.DisposeAsync();
}
