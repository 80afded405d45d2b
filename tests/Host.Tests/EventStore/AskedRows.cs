using GpuCredit.Host.EventStore.Rows;

namespace Host.Tests.EventStore;

/// <summary>Tells what the store was asked, and can hold back its answers to accounts that wake.</summary>
internal sealed class AskedRows(IEventRows rows) : IEventRows
{
    private readonly List<string> _asked = [];
    private volatile TaskCompletionSource? _held;

    public int Readers => rows.Readers;

    /// <summary>In their order, with a comma.</summary>
    public string Asked
    {
        get
        {
            lock (_asked)
                return string.Join(',', _asked);
        }
    }

    public void Forget()
    {
        lock (_asked)
            _asked.Clear();
    }

    public void HoldWakes() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetWakesGo() => _held!.SetResult();

    /// <summary>Until nothing else than this was asked, and it is answered by the store.</summary>
    public async Task UntilAsync(string asked)
    {
        while (Asked != asked)
            await Task.Delay(5);
    }

    public Task AppendAsync(IReadOnlyList<EventRow> events) => rows.AppendAsync(events);

    public Task<IReadOnlyList<long>> HighestAsync(IReadOnlyList<string> persistenceIds)
    {
        Add("highest");
        return rows.HighestAsync(persistenceIds);
    }

    public IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAsync(string persistenceId, long from, long to, int pageMax)
    {
        Add("read");
        return rows.ReadAsync(persistenceId, from, to, pageMax);
    }

    public async Task<IReadOnlyList<StoredAccount>> WakeAsync(IReadOnlyList<string> persistenceIds)
    {
        var held = _held;
        var stored = await rows.WakeAsync(persistenceIds);
        Add("wake");
        if (held is not null)
            await held.Task;
        return stored;
    }

    public Task<SnapshotRow?> SnapshotThroughAsync(string persistenceId, long version) => rows.SnapshotThroughAsync(persistenceId, version);

    public ValueTask DisposeAsync() => rows.DisposeAsync();

    private void Add(string asked)
    {
        lock (_asked)
            _asked.Add(asked);
    }
}
