using System.Text.Json.Nodes;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Scenario;

/// <summary>One source of a Host, seen from outside: at the operators' door, and at the broker.</summary>
/// <param name="broker">What it reads.</param>
/// <param name="source">Its name at the Host.</param>
internal sealed class Watched(ITestBroker broker, string source)
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(60);

    public ITestBroker Broker => broker;

    /// <summary>Of its name, since the Host was started last.</summary>
    public async Task<long> NumberAsync(HostUnderTest host, string name)
    {
        JsonNode? seen = null;
        await Eventually.TrueAsync(async () => (seen = await host.SourceAsync(source)) is not null, AnswersWithin, () => $"the Host answers: {host.Log}");
        return seen![name]!.GetValue<long>();
    }

    /// <summary>It takes messages at this Host: the source is connected, and has a share of what there is.</summary>
    public Task TakesPartAsync(HostUnderTest host)
    {
        JsonNode? seen = null;
        return Eventually.TrueAsync(
            async () => (seen = await host.SourceAsync(source))?["state"]!.GetValue<string>() == "running" && seen["lag"] is not null,
            AnswersWithin,
            () => $"{source} takes part: {seen?.ToJsonString()}\n{host.Log}");
    }

    /// <summary>Returns when some of these are taken by the Host; in the middle means in the middle.</summary>
    /// <returns>Ends when all are published.</returns>
    public async Task<Task> PublishUntilTakenAsync(IReadOnlyList<byte[]> messages, HostUnderTest host)
    {
        var before = await NumberAsync(host, "messages");
        var published = broker.PublishAsync(messages);
        var taken = before;
        await Eventually.TrueAsync(
            async () => (taken = await NumberAsync(host, "messages")) > before, AnswersWithin, () => $"more messages are taken than {before}, and not {taken}; {source}, {published.Status}: {host.Log}");
        return published;
    }

    /// <summary>Nothing is left, neither at the broker nor at the one Host that runs.</summary>
    public Task DrainAsync(HostUnderTest host, TimeSpan within)
    {
        var left = 0L;
        string? last = null;
        return Eventually.TrueAsync(
            async () =>
            {
                var seen = await host.SourceAsync(source);
                last = seen?.ToJsonString();
                return seen?["lag"]?.GetValue<long>() == 0 && seen["inFlight"]!.GetValue<int>() == 0 && (left = await broker.LeftAsync()) == 0;
            },
            within,
            () => $"everything is drained: {left} left at the broker, {last}\n{host.Log}");
    }
}
