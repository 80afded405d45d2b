using Orleans.Concurrency;
using PeerBench.Work;

namespace PeerBench.Peers.Orleans;

/// <summary>orleans-batch, the strongest design: the silo's writers gather the entries of all accounts into one statement.</summary>
[Reentrant]
internal sealed class BatchAccountGrain(EventTable table) : Grain, IBatchAccountGrain
{
    private readonly Dictionary<Guid, Task> _underWay = [];
    private PlainAccount _account = new();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _account = await table.ReadAsync(this.GetPrimaryKeyLong());

    public async Task<bool> Put(Guid id, byte kind, long timestamp, long amount, long end)
    {
        if (_account.Knows(id))
            return false;
        if (_underWay.TryGetValue(id, out var write))
        {
            await write;
            return false;
        }

        var entry = new WorkEntry(this.GetPrimaryKeyLong(), id, kind, timestamp, amount, end);
        var stored = table.AppendWithOthersAsync(entry);
        _underWay[id] = stored;
        try
        {
            await stored;
        }
        finally
        {
            _underWay.Remove(id);
        }

        _account.Add(entry);
        return true;
    }

    public Task<long> Balance(long at) => Task.FromResult(_account.BalanceAt(at));
}
