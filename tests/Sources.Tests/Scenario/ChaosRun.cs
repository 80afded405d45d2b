using System.Diagnostics;
using System.Globalization;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Scenario;

/// <summary>
/// The scenario on one broker: messages are published while the Host is killed, the broker restarted and connections
/// cut; when all is drained, the judge looks.
/// </summary>
/// <param name="output">Where the table goes.</param>
/// <param name="broker">A real one.</param>
internal sealed class ChaosRun(ITestOutputHelper output, ITestBroker broker)
{
    private const int EntriesDefault = 3_000;
    private static readonly TimeSpan DrainsAtLeastWithin = TimeSpan.FromMinutes(2);

    private readonly Watched _source = new(broker, "usage");
    private readonly int _entries = Number("GPUCREDIT_SOURCES_ENTRIES", EntriesDefault);
    private readonly int _accounts = Number("GPUCREDIT_SOURCES_ACCOUNTS", 100);
    private readonly int _seed = Number("GPUCREDIT_SOURCES_SEED", 4);

    public async Task RunAsync(params string[] settings)
    {
        var workload = new SourceWorkload(_seed, _entries, _accounts);
        var clock = Stopwatch.StartNew();
        await using var proxy = new CuttingProxy(broker.Port);
        await using var host = new HostUnderTest(output, [.. broker.Settings(proxy.Port), .. settings]);
        await host.StartAsync();
        await workload.RecordStandingAsync(host.Url);
        await host.SourceIsAsync("usage", "running");

        var faults = await PublishThroughFaultsAsync(workload, host, proxy);
        await _source.DrainAsync(host, DrainsAtLeastWithin + TimeSpan.FromSeconds(_entries / 500));
        var seconds = clock.Elapsed.TotalSeconds;
        var verdict = await Verdict.OfAsync(workload, host.Url, await broker.DeadLettersAsync());
        Tell($"| {broker.Kind} | {workload.Editions.Count:N0} entries, {workload.Messages.Length:N0} messages | {faults} | {seconds:N0} s | {verdict} |");
        verdict.AssertGood();
    }

    /// <summary>Each fault at least once, each while messages are published and taken.</summary>
    private async Task<string> PublishThroughFaultsAsync(SourceWorkload workload, HostUnderTest host, CuttingProxy proxy)
    {
        var random = new Random(_seed);
        var (kills, restarts, cuts) = (0, 0, 0);
        var rounds = Math.Max(4, workload.Messages.Length / 20_000);
        var parts = workload.Messages.Chunk((workload.Messages.Length / rounds) + 1).ToList();
        for (var i = 0; i < parts.Count; i++)
        {
            var published = await _source.PublishUntilTakenAsync(parts[i], host);
            switch (i < 3 ? i : random.Next(3))
            {
                case 0:
                    await host.KillAsync();
                    await host.StartAsync();
                    kills++;
                    break;
                case 1:
                    await broker.StopAsync(abruptly: random.Next(2) == 0);
                    await broker.StartAgainAsync();
                    restarts++;
                    break;
                case 2:
                    await broker.CutAsync(proxy);
                    cuts++;
                    break;
                default:
                    throw new UnreachableException();
            }

            await published;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{kills} × SIGKILL, {restarts} × broker restarted, {cuts} × connections cut");
    }

    private void Tell(string row)
    {
        output.WriteLine(row);
        if (Environment.GetEnvironmentVariable("GPUCREDIT_SOURCES_TABLE") is { Length: > 0 } table)
            File.AppendAllText(table, row + "\n");
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
