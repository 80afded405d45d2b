using PeerBench.Work;

namespace PeerBench.Peers;

/// <summary>Nothing is stored: what the workload and the measuring cost by themselves.</summary>
internal sealed class MemoryPeer : IPeer
{
    private readonly Dictionary<long, PlainAccount> _accounts = [];

    public Task OpenAsync() => Task.CompletedTask;

    public Task<bool> PutAsync(int worker, WorkEntry entry)
    {
        lock (_accounts)
            return Task.FromResult(Account(entry.Account).Add(entry));
    }

    public async Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        foreach (var entry in entries)
            await PutAsync(worker, entry);
    }

    public Task<long> BalanceAsync(int worker, long account, long at)
    {
        lock (_accounts)
            return Task.FromResult(Account(account).BalanceAt(at));
    }

    public Task PreloadAsync(IReadOnlyList<WorkEntry> entries)
    {
        foreach (var entry in entries)
            Account(entry.Account).Add(entry);
        return Task.CompletedTask;
    }

    public IEnumerable<int> ServerProcesses() => [];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private PlainAccount Account(long account)
    {
        if (!_accounts.TryGetValue(account, out var found))
            _accounts[account] = found = new PlainAccount();
        return found;
    }
}
