using GpuCredit.Host.EventStore.Rows;

namespace StoreBench;

/// <summary>Says of each transaction that writes events that it is over.</summary>
internal sealed class CountedRows(IEventRows rows, Action written) : IEventRows
{
    public int Readers => rows.Readers;

    public async Task AppendAsync(IReadOnlyList<EventRow> events)
    {
        await rows.AppendAsync(events);
        written();
    }

    public Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds) => rows.HighestAsync(persistenceIds);

    public IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax) => rows.ReadAsync(persistenceId, from, to, pageMax);

    public Task<IReadOnlyList<StoredAccount>> WakeAsync(IReadOnlyList<string> persistenceIds) => rows.WakeAsync(persistenceIds);

    public Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version) => rows.SnapshotThroughAsync(persistenceId, version);

    public ValueTask DisposeAsync() => rows.DisposeAsync();
}
