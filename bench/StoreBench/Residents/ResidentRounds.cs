using System.Reflection;
using Postgres;

namespace StoreBench.Residents;

/// <summary>The run on a new store, and where its result goes.</summary>
internal static class ResidentRounds
{
    public static async Task RunAsync(string[] args)
    {
        string[] settings = [.. args.Where(arg => !arg.StartsWith("--", StringComparison.Ordinal))];
        var (accounts, entries) = (Number(settings, 0, 100_000), Number(settings, 1, 20));
        var budget = settings.Length > 2 ? settings[2] : "1GiB";
        var each = TimeSpan.FromSeconds(Number(settings, 3, 20));
        var postgres = settings.Length > 4 && settings[4] == "postgres";

        var folder = Directory.CreateTempSubdirectory("gpucredit-residents-");
        try
        {
            await using var server = postgres ? await PostgresServer.StartAsync() : null;
            string[] store = server is null
                ? ["--GpuCredit:ConnectionString", $"Data Source={Path.Combine(folder.FullName, "gpucredit.db")}"]
                : ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", await server.CreateDatabaseAsync("residents")];
            var machine = Machine.Describe(folder.FullName);
            var report = await new ResidentRun(new Population(accounts, entries), budget, each, store).RunAsync();
            var text = $"""
                `{HeapLimit}dotnet run -c Release --project bench/StoreBench -- accounts {string.Join(' ', args)}`, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}, {(postgres ? "PostgreSQL on the same machine" : "SQLite")}.

                {machine}

                {report}
                """;
            Console.WriteLine(text);
            var file = Path.Combine(Root, "bench", "results", "accounts.md");
            if (args.Contains("--write"))
                await File.WriteAllTextAsync(file, $"# More accounts than memory holds\n\n{text}");
            else if (args.Contains("--add"))
                await File.AppendAllTextAsync(file, $"\n{text}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What the collector was allowed, as the command's beginning.</summary>
    private static string HeapLimit => Environment.GetEnvironmentVariable("DOTNET_GCHeapHardLimit") is { Length: > 0 } limit ? $"DOTNET_GCHeapHardLimit={limit} " : "";

    private static string Root => typeof(ResidentRounds).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(one => one.Key == "RepositoryRoot").Value!;

    private static int Number(string[] args, int at, int otherwise) => args.Length > at ? int.Parse(args[at], null) : otherwise;
}
