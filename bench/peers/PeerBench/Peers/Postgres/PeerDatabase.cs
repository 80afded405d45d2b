using Npgsql;
using NpgsqlTypes;
using PeerBench.Work;
using Postgres;

namespace PeerBench.Peers.Postgres;

/// <summary>The peers' database: each has a schema of its own in it, made anew by its script.</summary>
internal sealed class PeerDatabase(Site site)
{
    public const string Name = "peers";
    private const int SecondsMax = 900;
    private const string Unpooled = "Pooling=false;Max Auto Prepare=0";

    public string ConnectionString(string more = "") =>
        $"Host=127.0.0.1;Port={site.PostgresPort};Username=postgres;Password={PostgresServer.Password};Database={Name};Max Auto Prepare=20;Auto Prepare Min Usages=1;No Reset On Close=true;Write Buffer Size=32768;{more}";

    /// <summary>Children, one for each connection, count with it.</summary>
    public IEnumerable<int> Processes => [site.PostgresProcess];

    public async Task RunScriptAsync(string name) => await AskAsync(await File.ReadAllTextAsync(Site.File("sql", $"{name}.sql")));

    /// <summary>The first value of the first row.</summary>
    public async Task<object?> AskAsync(string statement)
    {
        await using var connection = await OpenAsync(Unpooled);
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = SecondsMax };
        return await command.ExecuteScalarAsync();
    }

    public async Task<long> NumberAsync(string question) => Convert.ToInt64(await AskAsync(question), null);

    public async Task<NpgsqlConnection> OpenAsync(string more = "Pooling=false")
    {
        var connection = new NpgsqlConnection(ConnectionString(more));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Copies each entry once into a table of events.</summary>
    public async Task CopyAsync(string table, IReadOnlyList<WorkEntry> entries)
    {
        var known = new HashSet<Guid>(entries.Count);
        await using var connection = await OpenAsync();
        await using var rows = await connection.BeginBinaryImportAsync($"copy {table}(acct,event_id,kind,ts,amount,expires) from stdin (format binary)");
        foreach (var entry in entries)
        {
            if (known.Add(entry.Id))
                await WriteRowAsync(rows, entry);
        }

        await rows.CompleteAsync();
    }

    public static async Task WriteRowAsync(NpgsqlBinaryImporter rows, WorkEntry entry)
    {
        await rows.StartRowAsync();
        await rows.WriteAsync(entry.Account, NpgsqlDbType.Bigint);
        await rows.WriteAsync(entry.Id, NpgsqlDbType.Uuid);
        await rows.WriteAsync((short)entry.Kind, NpgsqlDbType.Smallint);
        await rows.WriteAsync(entry.Timestamp, NpgsqlDbType.Bigint);
        await rows.WriteAsync(entry.Amount, NpgsqlDbType.Bigint);
        await rows.WriteAsync(entry.End, NpgsqlDbType.Bigint);
    }
}
