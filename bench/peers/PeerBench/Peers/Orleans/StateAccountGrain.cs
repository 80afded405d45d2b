using PeerBench.Work;

namespace PeerBench.Peers.Orleans;

/// <summary>orleans-state, the textbook's grain: the whole account is one row of state, written at every call.</summary>
internal sealed class StateAccountGrain([PersistentState("acct", OrleansPeer.StorageName)] IPersistentState<AccountRow> row) : Grain, IStateAccountGrain
{
    private readonly PlainAccount _account = new();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var state = row.State;
        var number = this.GetPrimaryKeyLong();
        for (var i = 0; i < state.Ids.Count; i++)
            _account.Add(new WorkEntry(number, state.Ids[i], state.Kinds[i], state.Timestamps[i], state.Amounts[i], state.Ends[i]));
        return Task.CompletedTask;
    }

    public async Task<bool> Put(Guid id, byte kind, long timestamp, long amount, long end)
    {
        if (_account.Knows(id))
            return false;
        var state = row.State;
        state.Ids.Add(id);
        state.Timestamps.Add(timestamp);
        state.Amounts.Add(amount);
        state.Ends.Add(end);
        state.Kinds.Add(kind);
        await row.WriteStateAsync();
        _account.Add(new WorkEntry(0, id, kind, timestamp, amount, end));
        return true;
    }

    public Task<long> Balance(long at) => Task.FromResult(_account.BalanceAt(at));
}
