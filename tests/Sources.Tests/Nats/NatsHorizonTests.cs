using System.Text;
using GpuCredit.Host.Sources;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Nats;

/// <summary>What is too late for a Host with a horizon, through a real nats-server.</summary>
public sealed class NatsHorizonTests(ITestOutputHelper output) : OnNats
{
    private const long Hour = 3_600_000;

    [NatsFact]
    public async Task An_entry_of_before_the_horizon_is_a_letter_that_says_late_and_delays_nothing()
    {
        await using var host = new HostUnderTest(output, [.. Broker.Settings(Broker.Port, "usage"), "--GpuCredit:Horizon", $"{Hour}"]);
        await host.StartAsync();
        await host.SourceIsAsync("usage", "running");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var old = Usage("old", now - (2 * Hour));
        await Broker.PublishAsync([old, Usage("fresh", now)]);

        await Eventually.TrueAsync(
            async () => await host.SourceAsync("usage") is { } source && (Count(source, "recorded"), Count(source, "late"), Count(source, "deadLetters"), Count(source, "inFlight")) == (1, 1, 1, 0),
            TimeSpan.FromSeconds(60),
            () => "the one is stored, the other a letter");
        var letter = Assert.Single(await Broker.DeadLettersAsync());
        Assert.Equal(old, letter.Body);
        Assert.Equal("late", letter.Headers[DeadLetter.StatusHeader]);
        Assert.Contains("\"status\":\"late\"", letter.Headers[DeadLetter.EntriesHeader], StringComparison.Ordinal);
    }

    private static long Count(System.Text.Json.Nodes.JsonNode source, string name) => source[name]!.GetValue<long>();

    private static byte[] Usage(string id, long timestamp) => Encoding.UTF8.GetBytes($$"""{"accountId":"a","usageId":"{{id}}","amount":1,"timestamp":{{timestamp}}}""");
}
