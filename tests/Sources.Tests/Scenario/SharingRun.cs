using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Scenario;

/// <summary>
/// A cluster of two Host processes, with a source on each broker: both take their share; one is killed while it takes, and the other
/// goes on with all; it comes back, and the other is told to stop while it takes. At the end the judge looks.
/// </summary>
/// <param name="output">Where the row goes.</param>
/// <param name="brokers">Real ones, each of another kind.</param>
/// <param name="database">An empty one of PostgreSQL's.</param>
internal sealed class SharingRun(ITestOutputHelper output, IReadOnlyList<ITestBroker> brokers, string database)
{
    private const int Entries = 2_400;
    private const int Accounts = 60;
    private const int Parts = 3;

    /// <summary>What the other had taken is delivered again after a few seconds, and its accounts wake here after some ten.</summary>
    private static readonly TimeSpan TakesOverWithin = TimeSpan.FromSeconds(60);

    private readonly Watched[] _sources = [.. brokers.Select(broker => new Watched(broker, broker.Kind))];
    private readonly string[] _addresses = [.. Ports.Take(2).Order().Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))];

    public async Task RunAsync()
    {
        var workload = new SourceWorkload(seed: 11, Entries, Accounts);
        // Of two nodes the one with the lower address stays when they lose each other; the other's death changes nothing for it.
        await using var lower = Node(_addresses[0]);
        await using var higher = Node(_addresses[1]);
        await Task.WhenAll(lower.StartAsync(), higher.StartAsync());
        await AreOneClusterAsync(lower);
        await workload.RecordStandingAsync(lower.Url);
        await AllAsync(async source => await Task.WhenAll(source.TakesPartAsync(lower), source.TakesPartAsync(higher)));

        await AllAsync(source => source.Broker.PublishAsync(Part(workload, source, 0)));
        await AllAsync(async source => await Task.WhenAll(HasTakenAsync(source, lower), HasTakenAsync(source, higher)));

        var afterKill = await TakesOverAsync(workload, 1, from: higher, to: lower, higher.KillAsync);

        await higher.StartAsync();
        await AreOneClusterAsync(lower);
        await AllAsync(source => source.TakesPartAsync(higher));
        var afterStop = await TakesOverAsync(workload, 2, from: lower, to: higher, async () => Assert.Equal(0, await lower.StopAsync()));

        var letters = new List<ReadLetter>();
        foreach (var broker in brokers)
            letters.AddRange(await broker.DeadLettersAsync());
        var verdict = await Verdict.OfAsync(workload, higher.Url, letters);
        output.WriteLine($"all taken over {afterKill.TotalSeconds:F1} s after SIGKILL, {afterStop.TotalSeconds:F1} s after SIGTERM; {verdict}");
        verdict.AssertGood();
    }

    /// <returns>How long it took, from the end's beginning until nothing of the part was left.</returns>
    private async Task<TimeSpan> TakesOverAsync(SourceWorkload workload, int part, HostUnderTest from, HostUnderTest to, Func<Task> endAsync)
    {
        var published = await Task.WhenAll(_sources.Select(source => source.PublishUntilTakenAsync(Part(workload, source, part), from)));
        var clock = Stopwatch.StartNew();
        await endAsync();
        await Task.WhenAll(published);
        await AllAsync(source => source.DrainAsync(to, TakesOverWithin));
        return clock.Elapsed;
    }

    private byte[][] Part(SourceWorkload workload, Watched source, int part) =>
        [.. workload.Messages.Where((_, i) => i % brokers.Count == Array.IndexOf(_sources, source) && i / brokers.Count % Parts == part)];

    private Task AllAsync(Func<Watched, Task> act) => Task.WhenAll(_sources.Select(act));

    /// <summary>In small batches, so that a share is a matter of messages and not of luck.</summary>
    private HostUnderTest Node(string address) => new(
        output,
        [
            .. brokers.SelectMany(broker => broker.Settings(broker.Port, broker.Kind)),
            .. brokers.SelectMany(broker => new[] { $"--GpuCredit:Sources:{broker.Kind}:Prefetch", "40", $"--GpuCredit:Sources:{broker.Kind}:BatchMessages", "10" }),
            "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", database,
            "--GpuCredit:Cluster:Host", "127.0.0.1", "--GpuCredit:Cluster:Port", address.Split(':')[1], "--GpuCredit:Cluster:Seeds", string.Join(',', _addresses),
        ]);

    private Task AreOneClusterAsync(HostUnderTest node)
    {
        JsonNode? seen = null;
        return Eventually.TrueAsync(
            async () => (seen = await node.AskAsync("/ops/cluster")) is not null && UpIn(seen).SequenceEqual(_addresses),
            TakesOverWithin,
            () => $"two nodes are one cluster: {seen?.ToJsonString()}\n{node.Log}");
    }

    private static IEnumerable<string> UpIn(JsonNode cluster) => cluster["members"]!.AsArray()
        .Where(member => member!["status"]!.GetValue<string>() == "up")
        .Select(member => member!["address"]!.GetValue<string>())
        .Order();

    private static Task HasTakenAsync(Watched source, HostUnderTest node) => Eventually.TrueAsync(
        async () => await source.NumberAsync(node, "messages") > 0, TakesOverWithin, () => $"this node takes its share of {source.Broker.Kind}: {node.Log}");
}
