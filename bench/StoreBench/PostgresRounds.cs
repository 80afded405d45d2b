using System.Diagnostics;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Npgsql;
using Postgres;

namespace StoreBench;

/// <summary>The event store on PostgreSQL: a server of its own on this machine, every round on new databases.</summary>
internal static class PostgresRounds
{
    private const string Alone = "PostgreSQL alone, 1 row a commit";

    public static async Task RunAsync(ReadOnlyMemory<string> args)
    {
        var accounts = Number(args, 0, 500);
        var rows = Number(args, 1, 50_000);
        var rounds = Number(args, 2, 3);
        await using var server = await PostgresServer.StartAsync();
        Console.WriteLine(Machine.Describe(Path.GetTempPath()));
        Console.WriteLine($"PostgreSQL {await server.AskAsync("postgres", "SHOW server_version")} on the same machine, fsync={await server.AskAsync("postgres", "SHOW fsync")}");
        Console.WriteLine($"{accounts} accounts, {rows} rows; {rounds} rounds, each on new databases");
        Console.WriteLine();

        var table = new ResultTable();
        for (var round = 0; round < rounds; round++)
        {
            table.Add(await AloneAsync(await server.CreateDatabaseAsync($"alone_{round}"), commits: 2_000));
            table.Add(await PluginRun.PlainPostgresAsync(await server.CreateDatabaseAsync($"plain_{round}"), accounts, rows));
            table.Add(await PluginRun.OursAsync(EventStoreTarget.From(StoreKind.Postgres, await server.CreateDatabaseAsync($"ours_{round}"), "/", shards: 100), accounts, rows));
            Console.Error.WriteLine($"round {round + 1} of {rounds}");
        }

        Console.WriteLine(table);
    }

    private static async Task<Measured> AloneAsync(string connectionString, int commits)
    {
        await (await EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 100).OpenAsync()).DisposeAsync();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var insert = new NpgsqlCommand(
            "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, false, 'a', $1, $2)", connection);
        var number = new NpgsqlParameter<long>();
        insert.Parameters.Add(number);
        insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = new byte[48] });
        await insert.PrepareAsync();
        var latencies = new TimeSpan[commits];
        var span = Span.Begin();
        for (var n = 0; n < commits; n++)
        {
            var since = Stopwatch.GetTimestamp();
            number.TypedValue = n;
            await insert.ExecuteNonQueryAsync();
            latencies[n] = Stopwatch.GetElapsedTime(since);
        }

        var (elapsed, cpu) = span.End();
        return new Measured(Alone, commits, commits, commits, elapsed, cpu, latencies);
    }

    private static int Number(ReadOnlyMemory<string> args, int at, int otherwise) => args.Length > at ? int.Parse(args.Span[at], null) : otherwise;
}
