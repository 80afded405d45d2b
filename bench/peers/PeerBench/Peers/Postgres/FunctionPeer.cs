using System.Threading.Channels;
using PeerBench.Work;

namespace PeerBench.Peers.Postgres;

/// <summary>pg-rowlock and pg-fold: prepared calls of stored functions, over a pool that callers queue for.</summary>
internal sealed class FunctionPeer(PeerDatabase database, FunctionSchema schema, int connections) : IPeer
{
    private readonly Channel<FunctionCalls> _free = Channel.CreateUnbounded<FunctionCalls>();
    private readonly List<FunctionCalls> _all = [];

    public async Task OpenAsync()
    {
        await database.RunScriptAsync(schema.Script);
        for (var i = 0; i < connections; i++)
        {
            var calls = await FunctionCalls.OpenAsync(database, schema);
            _all.Add(calls);
            _free.Writer.TryWrite(calls);
        }
    }

    public async Task<bool> PutAsync(int worker, WorkEntry entry)
    {
        var calls = await _free.Reader.ReadAsync();
        try
        {
            return await calls.PutAsync(entry);
        }
        finally
        {
            _free.Writer.TryWrite(calls);
        }
    }

    public async Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        var calls = await _free.Reader.ReadAsync();
        try
        {
            await calls.PutBatchAsync(entries);
        }
        finally
        {
            _free.Writer.TryWrite(calls);
        }
    }

    public async Task<long> BalanceAsync(int worker, long account, long at)
    {
        var calls = await _free.Reader.ReadAsync();
        try
        {
            return await calls.BalanceAsync(account, at);
        }
        finally
        {
            _free.Writer.TryWrite(calls);
        }
    }

    public async Task PreloadAsync(IReadOnlyList<WorkEntry> entries)
    {
        var name = schema.Name;
        await database.CopyAsync($"{name}.event", entries);
        if (!schema.OneFunction)
            await database.AskAsync("insert into rl.credit_grant select acct,expires,event_id,ts,amount from rl.event where kind=0 on conflict do nothing");
        await database.AskAsync($"insert into {name}.account(acct,last_ts,dirty) select acct,max(ts),true from {name}.event group by acct on conflict do nothing");
        await database.AskAsync($"vacuum analyze {name}.event");
        await database.AskAsync($"vacuum analyze {name}.account");
        // Every account is folded once, so that what follows starts from clean ones.
        await database.AskAsync($"select sum({name}.get_balance(acct,{Workload.Now})) from {name}.account");
        await database.AskAsync($"vacuum analyze {name}.account");
        if (!schema.OneFunction)
            await database.AskAsync("vacuum analyze rl.credit_grant");
        await database.AskAsync("checkpoint");
    }

    public IEnumerable<int> ServerProcesses() => database.Processes;

    public Task<long> BytesOnDiskAsync() => database.NumberAsync(
        $"select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace n on n.oid=relnamespace where nspname='{schema.Name}' and relkind='r'");

    public async ValueTask DisposeAsync()
    {
        foreach (var calls in _all)
            await calls.DisposeAsync();
    }
}
