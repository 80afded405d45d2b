using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PeerBench.Measuring;
using PeerBench.Peers;
using PeerBench.Work;

namespace PeerBench.Matrix;

/// <summary>
/// Both sides of a measurement's own process: the one that starts it, and the one that is it. Nothing of a run is left for the next:
/// no compiled code, no heap, no connection.
/// </summary>
internal static class MeasuringProcess
{
    public const string Measure = "measure";
    public const string Check = "check";

    /// <summary>More than any run takes, its history included.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(15);

    /// <summary>Null when it failed; what it said stands above.</summary>
    public static async Task<Measured?> MeasureAsync(Variant variant, Site site, TimeSpan quiet, int pass)
    {
        var (code, output) = await RunAsync(site, Measure, JsonSerializer.Serialize(variant), Text(pass), Text((int)quiet.TotalSeconds));
        return code == 0 && output.LastOrDefault(line => line.StartsWith('{')) is { } line ? JsonSerializer.Deserialize<Measured>(line) : null;
    }

    public static async Task<bool> CheckAsync(string peer, Site site) => (await RunAsync(site, Check, peer)).Code == 0;

    /// <summary>What that process does.</summary>
    public static async Task<int> MainAsync(string[] args)
    {
        var site = Site.Read();
        if (args[0] == Check)
        {
            await using var judged = PeerNames.Make(new Variant(Check, args[1]), site);
            await judged.OpenAsync();
            return await LawCheck.RunAsync(args[1], judged) == 0 ? 0 : 1;
        }

        var variant = JsonSerializer.Deserialize<Variant>(args[1])!;
        var pass = int.Parse(args[2], CultureInfo.InvariantCulture);
        var quiet = TimeSpan.FromSeconds(int.Parse(args[3], CultureInfo.InvariantCulture));
        await using var peer = PeerNames.Make(variant, site);
        await peer.OpenAsync();
        var measured = variant.Workload == "w4"
            ? await LongHistoryRun.RunAsync(peer, variant, quiet, pass)
            : await new ClosedLoop(peer, variant, Steps.Of(variant)).RunAsync(quiet, pass);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(measured));
        return 0;
    }

    private static async Task<(int Code, IReadOnlyList<string> Output)> RunAsync(Site site, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MeasuringProcess).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        site.WriteTo(start.Environment);
        using var process = Process.Start(start)!;
        using var within = new CancellationTokenSource(Most);
        var output = new List<string>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(within.Token) is { } line)
                output.Add(line);
            await process.WaitForExitAsync(within.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        if (process.ExitCode != 0)
        {
            foreach (var line in output)
                await Console.Error.WriteLineAsync(line);
            await Console.Error.WriteLineAsync($"{string.Join(' ', arguments)} ended with {process.ExitCode}");
        }

        return (process.ExitCode, output);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
