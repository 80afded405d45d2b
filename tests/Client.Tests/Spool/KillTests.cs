using System.Diagnostics;
using Client.Tests.Running;
using EndToEnd.Tests.Durability;
using GpuCredit.Client;
using UnreliableNetwork;

namespace Client.Tests.Spool;

/// <summary>A caller that is killed in the middle of whatever it does.</summary>
[Collection(SharedHost.Name)]
public sealed class KillTests(HostFixture host, ITestOutputHelper output)
{
    public const string Account = "killed";

    private const int Rounds = 3;

    [Theory]
    [InlineData(SpoolDurability.Written, 20_000)]
    [InlineData(SpoolDurability.Synced, 1_000)]
    public async Task Nothing_that_a_killed_caller_was_told_is_accepted_is_lost(SpoolDurability durability, int linesMax)
    {
        var seed = Seeds.Take(output);
        var random = new Random(seed);
        using var folder = new SpoolFolder();
        await using var network = new UnreliableProxy(host.Url, NetworkFaults.Bad with { Silent = 0 }, seed);
        var accepted = new List<string>();
        for (var round = 0; round < Rounds; round++)
            accepted.AddRange(await RunUntilKilledAsync(folder, network.Url, durability, $"{durability}-{round}-", random.Next(1, linesMax)));

        long fromBefore;
        await using (var buffer = new EntryBuffer(Direct(), new() { Spool = new() { Folder = folder.Path } }))
        {
            fromBefore = buffer.Held;
            await buffer.FlushAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }

        output.WriteLine($"{accepted.Count} accepted in {Rounds} runs, {fromBefore} still in the spool after the last; {network.Tally}");
        var outcomes = await Direct().RecordAsync(accepted.Select(id => Entry.Usage(Account, id, 1, Tick(id))).ToArray());
        Assert.All(outcomes, outcome => Assert.Equal(OutcomeStatus.Duplicate, outcome.Status));
        Assert.True(accepted.Count >= Rounds);
    }

    [NeedsStraceFact]
    public async Task Synced_means_that_the_file_was_synced_after_the_entry_was_written_and_before_the_caller_was_told()
    {
        using var trace = new TraceFile();
        using var folder = new SpoolFolder();
        var accepted = await RunUntilKilledAsync(folder, host.Url, SpoolDurability.Synced, "traced-", 100, Strace.CommandTo(trace.Path));
        var calls = await trace.ReadAsync();
        Assert.True(accepted.Count >= 100);
        foreach (var id in accepted)
        {
            var told = calls.First(call => call.Name == "write" && call.Arguments.Contains($"\"{id}\\n\"", StringComparison.Ordinal));
            var written = calls.First(call => call.Name == "pwrite64" && call.File.EndsWith(".spool", StringComparison.Ordinal)
                && call.Arguments.Contains($"{id}\"", StringComparison.Ordinal));
            Assert.Contains(calls, call => call.Name == "fsync" && call.File == written.File && call.Result == 0
                && call.Started > written.Ended && call.Ended < told.Started);
        }
    }

    private static async Task<List<string>> RunUntilKilledAsync(
        SpoolFolder folder, Uri server, SpoolDurability durability, string prefix, int lines, params string[] tracer)
    {
        string[] command = [.. tracer, "dotnet", typeof(KillTests).Assembly.Location, folder.Path, server.AbsoluteUri, $"{durability}", prefix];
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
        };
        using var child = Process.Start(info)!;
        var accepted = new List<string>();
        try
        {
            while (accepted.Count < lines && await child.StandardOutput.ReadLineAsync() is { } line)
                accepted.Add(line);
        }
        finally
        {
            child.Kill();
        }

        // What it had written down before it died, but a line that isn't whole.
        var rest = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.Equal(128 + 9, child.ExitCode);
        accepted.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return accepted;
    }

    private static long Tick(string id) => long.Parse(id[(id.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    private HttpGpuCreditClient Direct() => new(new HttpClient { BaseAddress = host.Url });
}
