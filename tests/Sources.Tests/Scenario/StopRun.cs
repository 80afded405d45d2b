using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Scenario;

/// <summary>SIGTERM while messages come: what is under way is finished or left unacknowledged, and the next start takes the rest.</summary>
/// <param name="output">Where the row goes.</param>
/// <param name="brokers">Real ones, each of another kind.</param>
internal sealed class StopRun(ITestOutputHelper output, IReadOnlyList<ITestBroker> brokers)
{
    private static readonly TimeSpan DrainsWithin = TimeSpan.FromSeconds(60);

    public async Task RunAsync()
    {
        var workload = new SourceWorkload(seed: 12, entries: 2_400, accounts: 40);
        var sources = brokers.Select(broker => new Watched(broker, broker.Kind)).ToList();
        // One small batch at a time, so that there is something left.
        await using var host = new HostUnderTest(
            output,
            [
                .. brokers.SelectMany(broker => broker.Settings(broker.Port, broker.Kind)),
                .. brokers.SelectMany(broker => new[] { $"--GpuCredit:Sources:{broker.Kind}:BatchMessages", "10", $"--GpuCredit:Sources:{broker.Kind}:Parallelism", "1" }),
            ]);
        await host.StartAsync();
        await workload.RecordStandingAsync(host.Url);
        await Task.WhenAll(sources.Select(source => source.TakesPartAsync(host)));

        var published = await Task.WhenAll(sources.Select((source, n) => source.PublishUntilTakenAsync(MessagesOf(workload, n), host)));
        Assert.Equal(0, await host.StopAsync());
        await Task.WhenAll(published);
        var left = new List<long>();
        foreach (var broker in brokers)
            left.Add(await broker.LeftAsync());
        Assert.All(left, (messages, n) => Assert.InRange(messages, 1, MessagesOf(workload, n).Length - 1));

        await host.StartAsync();
        await Task.WhenAll(sources.Select(source => source.DrainAsync(host, DrainsWithin)));
        var letters = new List<ReadLetter>();
        foreach (var broker in brokers)
            letters.AddRange(await broker.DeadLettersAsync());
        var verdict = await Verdict.OfAsync(workload, host.Url, letters);
        output.WriteLine($"{string.Join(", ", left)} of {workload.Messages.Length} messages left at SIGTERM; {verdict}");
        verdict.AssertGood();
    }

    private byte[][] MessagesOf(SourceWorkload workload, int broker) => [.. workload.Messages.Where((_, i) => i % brokers.Count == broker)];
}
