using Npgsql;

namespace GpuCredit.Host.EventStore;

/// <summary>Asks the server over a connection of its own, opened anew each time: one of the pool's may be long dead, or all of them busy.</summary>
internal sealed class PostgresProbe : EventStoreProbe
{
    private readonly string _connectionString;
    private readonly int _shards;

    public PostgresProbe(string connectionString, int shards, TimeProvider? time = null)
        : base(time)
    {
        // Its own end comes soon after the answer is no longer waited for: a server that hangs keeps no connection for long.
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = (int)Within.TotalSeconds,
            CommandTimeout = (int)Within.TotalSeconds,
            KeepAlive = 0,
        }.ConnectionString;
        _shards = shards;
    }

    protected override async Task<string?> AskNowAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(_connectionString);
            await connection.OpenAsync();
            // A standby, or a server that was set to be read-only, answers questions and takes no entry.
            await using var command = new NpgsqlCommand(
                """
                SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
                       (SELECT format FROM gpucredit_store), (SELECT shards FROM gpucredit_store), (SELECT max(ordering) FROM journal)
                """,
                connection);
            await using var answer = await command.ExecuteReaderAsync();
            await answer.ReadAsync();
            if (answer.GetBoolean(0))
                return "the database is read-only";
            return answer.IsDBNull(1) || answer.GetInt32(1) != PostgresFormat.Version || answer.GetInt32(2) != _shards
                ? "the database is not this event store any more"
                : null;
        }
        catch (Exception fault) when (PostgresFaults.IsServers(fault))
        {
            return PostgresFaults.Why(fault);
        }
    }
}
