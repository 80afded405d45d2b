using GpuCredit.Host.EventStore.Rows;

namespace Host.Tests.EventStore;

/// <summary>A store whose insertions wait while they are held, by whose events they have first.</summary>
internal sealed class HeldRows(IEventRows rows) : IEventRows
{
    private readonly Dictionary<string, TaskCompletionSource> _held = [];

    public int Readers => rows.Readers;

    public void Hold(string persistenceId)
    {
        lock (_held)
            _held.Add(persistenceId, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    /// <param name="persistenceId">Held before.</param>
    /// <param name="fault">Null: its rows are stored now.</param>
    public void LetGo(string persistenceId, Exception? fault = null)
    {
        lock (_held)
        {
            _held.Remove(persistenceId, out var held);
            if (fault is null)
                held!.SetResult();
            else
                held!.SetException(fault);
        }
    }

    public async Task AppendAsync(IReadOnlyList<EventRow> some)
    {
        Task held;
        lock (_held)
            held = _held.TryGetValue(some[0].PersistenceId, out var until) ? until.Task : Task.CompletedTask;
        await held;
        await rows.AppendAsync(some);
    }

    public Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds) => rows.HighestAsync(persistenceIds);

    public IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax) => rows.ReadAsync(persistenceId, from, to, pageMax);

    public Task<IReadOnlyList<StoredAccount>> WakeAsync(IReadOnlyList<string> persistenceIds) => rows.WakeAsync(persistenceIds);

    public Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version) => rows.SnapshotThroughAsync(persistenceId, version);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
