using Npgsql;
using NpgsqlTypes;
using PeerBench.Work;

namespace PeerBench.Peers.Postgres;

/// <summary>
/// pg-append and pg-copy: one table with one unique key and no ledger, so the most that this server takes of durable, deduplicated
/// entries. A connection for each caller.
/// </summary>
internal sealed class AppendPeer(PeerDatabase database, int connections, bool copies) : IPeer
{
    private const string Schema = "ap";

    private readonly NpgsqlConnection[] _connections = new NpgsqlConnection[connections];
    private readonly Appender[] _appenders = new Appender[connections];
    private readonly NpgsqlCommand[] _inserts = new NpgsqlCommand[connections];

    public bool HasBalances => false;

    public async Task OpenAsync()
    {
        await database.RunScriptAsync("append");
        for (var i = 0; i < connections; i++)
        {
            var connection = _connections[i] = await database.OpenAsync();
            _appenders[i] = new Appender(connection, Schema);
            _inserts[i] = new NpgsqlCommand($"insert into {Schema}.event values ($1,$2,$3,$4,$5,$6) on conflict do nothing", connection)
            {
                Parameters = { Of<long>(NpgsqlDbType.Bigint), Of<Guid>(NpgsqlDbType.Uuid), Of<short>(NpgsqlDbType.Smallint), Of<long>(NpgsqlDbType.Bigint), Of<long>(NpgsqlDbType.Bigint), Of<long>(NpgsqlDbType.Bigint) },
            };
            await _inserts[i].PrepareAsync();
            if (!copies)
                continue;
            await using var stage = new NpgsqlCommand($"create temp table stage(like {Schema}.event) on commit delete rows", connection);
            await stage.ExecuteNonQueryAsync();
        }
    }

    public async Task<bool> PutAsync(int worker, WorkEntry entry)
    {
        var parameters = _inserts[worker].Parameters;
        Set(parameters[0], entry.Account);
        Set(parameters[1], entry.Id);
        Set(parameters[2], (short)entry.Kind);
        Set(parameters[3], entry.Timestamp);
        Set(parameters[4], entry.Amount);
        Set(parameters[5], entry.End);
        return await _inserts[worker].ExecuteNonQueryAsync() == 1;
    }

    public async Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        // All callers take the keys in the same order.
        Array.Sort(entries, (one, other) => one.Account.CompareTo(other.Account) is not 0 and var order ? order : one.Id.CompareTo(other.Id));
        if (!copies)
        {
            await _appenders[worker].AppendAsync(entries);
            return;
        }

        var connection = _connections[worker];
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var rows = await connection.BeginBinaryImportAsync("copy stage from stdin (format binary)"))
        {
            foreach (var entry in entries)
                await PeerDatabase.WriteRowAsync(rows, entry);
            await rows.CompleteAsync();
        }

        await using (var insert = new NpgsqlCommand($"insert into {Schema}.event select * from stage order by acct, event_id on conflict do nothing", connection))
            await insert.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }

    public Task<long> BalanceAsync(int worker, long account, long at) => throw new NotSupportedException();

    public Task PreloadAsync(IReadOnlyList<WorkEntry> entries) => throw new NotSupportedException();

    public IEnumerable<int> ServerProcesses() => database.Processes;

    public Task<long> BytesOnDiskAsync() => database.NumberAsync($"select pg_total_relation_size('{Schema}.event')");

    public async ValueTask DisposeAsync()
    {
        foreach (var appender in _appenders.Where(opened => opened is not null))
            appender.Dispose();
        foreach (var connection in _connections.Where(opened => opened is not null))
            await connection.DisposeAsync();
    }

    private static NpgsqlParameter<T> Of<T>(NpgsqlDbType type) => new() { NpgsqlDbType = type };

    private static void Set<T>(NpgsqlParameter parameter, T value) => ((NpgsqlParameter<T>)parameter).TypedValue = value;
}
