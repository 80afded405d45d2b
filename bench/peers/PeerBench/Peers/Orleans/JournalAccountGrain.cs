using Orleans.Concurrency;
using Orleans.EventSourcing;
using Orleans.EventSourcing.CustomStorage;
using Orleans.Providers;
using PeerBench.Work;

namespace PeerBench.Peers.Orleans;

/// <summary>orleans-journal: events to one table; calls that reach one account together share a write.</summary>
[Reentrant]
[LogConsistencyProvider(ProviderName = OrleansPeer.LogName)]
internal sealed class JournalAccountGrain(EventTable table)
    : JournaledGrain<JournalledAccount, JournalledEntry>, IJournalAccountGrain, ICustomStorageInterface<JournalledAccount, JournalledEntry>
{
    private readonly Dictionary<Guid, Task> _underWay = [];

    public async Task<bool> Put(Guid id, byte kind, long timestamp, long amount, long end)
    {
        if (_underWay.TryGetValue(id, out var write))
        {
            await write;
            return false;
        }

        if (State.Account.Knows(id))
            return false;
        RaiseEvent(new JournalledEntry { Id = id, Kind = kind, Timestamp = timestamp, Amount = amount, End = end });
        var confirmed = ConfirmEvents();
        _underWay[id] = confirmed;
        try
        {
            await confirmed;
        }
        finally
        {
            _underWay.Remove(id);
        }

        return true;
    }

    /// <summary>By what is stored: State is the confirmed one.</summary>
    public Task<long> Balance(long at) => Task.FromResult(State.Account.BalanceAt(at));

    public async Task<KeyValuePair<int, JournalledAccount>> ReadStateFromStorage()
    {
        var state = new JournalledAccount { Account = await table.ReadAsync(this.GetPrimaryKeyLong()) };
        return new(state.Account.Count, state);
    }

    public async Task<bool> ApplyUpdatesToStorage(IReadOnlyList<JournalledEntry> updates, int expectedVersion)
    {
        var account = this.GetPrimaryKeyLong();
        var entries = new WorkEntry[updates.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = updates[i];
            entries[i] = new WorkEntry(account, entry.Id, entry.Kind, entry.Timestamp, entry.Amount, entry.End);
        }

        await table.AppendAsync(entries);
        return true;
    }
}
