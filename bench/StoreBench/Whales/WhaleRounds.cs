using System.Globalization;

namespace StoreBench.Whales;

/// <summary>The run on a new store, and where its result goes.</summary>
internal static class WhaleRounds
{
    public static async Task RunAsync(string[] args)
    {
        string[] settings = [.. args.Where(arg => !arg.StartsWith("--", StringComparison.Ordinal))];
        var usages = settings.Length > 0 ? long.Parse(settings[0], CultureInfo.InvariantCulture) : 1_000_000;
        var postgres = settings.Length > 1 && settings[1] == "postgres";
        var machine = Machine.Describe(Path.GetTempPath());
        await using var store = await WhaleStore.CreateAsync(postgres);
        var report = await new WhaleRun(usages, store).RunAsync();
        WhaleFile.Add(
            args,
            $"{usages:N0} usages on {(postgres ? "PostgreSQL" : "SQLite")}",
            $"""
            `dotnet run -c Release --project bench/StoreBench -- whale {string.Join(' ', args)}`, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}.

            {machine}; at the end {Machine.Load}

            {report}
            """);
    }
}
