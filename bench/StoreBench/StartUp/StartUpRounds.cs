using System.Globalization;
using System.Text;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Postgres;
using StoreBench.Whales;

namespace StoreBench.StartUp;

/// <summary>How soon a Host is ready over a store of so many rows, and over an empty one beside it.</summary>
internal static class StartUpRounds
{
    private const int Starts = 5;
    private const int Shards = 100;

    public static async Task RunAsync(string[] args)
    {
        string[] settings = [.. args.Where(arg => !arg.StartsWith("--", StringComparison.Ordinal))];
        var entries = settings.Length > 0 ? long.Parse(settings[0], CultureInfo.InvariantCulture) : 20_000_000;
        var postgres = settings.Length > 1 && settings[1] == "postgres";
        var machine = Machine.Describe(Path.GetTempPath());
        var folder = Directory.CreateTempSubdirectory("gpucredit-starts-").FullName;
        try
        {
            await using var server = postgres ? await PostgresServer.StartAsync() : null;
            var table = new StringBuilder();
            foreach (var (name, rows) in new[] { ("empty", 0), ("large", entries) })
            {
                var connection = server is null ? $"Data Source={Path.Combine(folder, name + ".db")}" : await server.CreateDatabaseAsync(name);
                var target = EventStoreTarget.From(server is null ? StoreKind.Sqlite : StoreKind.Postgres, connection, folder, Shards);
                await LargeStore.MakeAsync(target, rows);
                var bytes = server is null
                    ? new FileInfo(Path.Combine(folder, name + ".db")).Length
                    : (long)(await server.AskAsync("postgres", $"SELECT pg_database_size('{name}')"))!;
                string[] host = ["--GpuCredit:Store", server is null ? "sqlite" : "postgres", "--GpuCredit:ConnectionString", connection];
                await StartsAsync(table, folder, host, rows, bytes, "TERM", "stopped");
                await StartsAsync(table, folder, host, rows, bytes, "KILL", "killed (SIGKILL)");
            }

            WhaleFile.Add(
                args,
                $"A start on {(postgres ? "PostgreSQL" : "SQLite")}",
                $"""
                `dotnet run -c Release --project bench/StoreBench -- startup {string.Join(' ', args)}`, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}.

                {machine}; at the end {Machine.Load}

                | rows, each an entry | bytes | the Host before was | starts | ready, median | longest | CPU, median | the first answer then, median |
                |---:|---:|---|---:|---:|---:|---:|---:|
                {table}
                """);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task StartsAsync(StringBuilder table, string folder, string[] settings, long rows, long bytes, string signal, string was)
    {
        var ready = new List<double>();
        var cpu = new List<double>();
        var first = new List<double>();
        for (var start = 0; start <= Starts; start++)
        {
            await using var host = await HostStart.RunAsync(folder, settings);
            var account = rows == 0 ? "nobody" : LargeStore.AccountId((rows / LargeStore.EntriesEach) - 1 - start);
            var (balance, took) = await host.AskAsync(account, LargeStore.Now);
            if (balance != (rows == 0 ? null : LargeStore.Balance))
                throw new InvalidOperationException($"{account} was answered {balance}.");
            await host.EndAsync(signal);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows, {was}: ready after {host.Ready.TotalSeconds:N2} s (CPU {host.ReadyCpu.TotalSeconds:N2} s), first answer {took.TotalMilliseconds:N0} ms"));
            if (start == 0)
                continue; // the one before it ended in another way
            ready.Add(host.Ready.TotalSeconds);
            cpu.Add(host.ReadyCpu.TotalSeconds);
            first.Add(took.TotalMilliseconds);
        }

        ready.Sort();
        cpu.Sort();
        first.Sort();
        table.AppendLine(CultureInfo.InvariantCulture, $"| {rows:N0} | {bytes / 1e6:N0} MB | {was} | {Starts} | {ready[Starts / 2]:N2} s | {ready[^1]:N2} s | {cpu[Starts / 2]:N2} s | {first[Starts / 2]:N0} ms |");
    }
}
