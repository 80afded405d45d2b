using Confluent.Kafka;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.Kafka;

/// <summary>Headers of messages on librdkafka's mock cluster: Kafka carries them as they are.</summary>
public sealed class KafkaFormatTests
{
    private readonly FakeAccounts _accounts = new();

    [Theory]
    [InlineData("ce_")]
    [InlineData("ce-")] // as a bridge from HTTP may name them
    public async Task An_event_in_headers_keeps_its_percent_signs(string prefix)
    {
        await using var broker = await KafkaCluster.StartAsync();
        await using var source = LocalSource.Start(broker, _accounts, "Format=cloudevents");
        await broker.PublishAsync(
            """{"amount":1}"""u8.ToArray(), Partition.Any,
            ($"{prefix}specversion", "1.0"), ($"{prefix}id", "100%25"), ($"{prefix}source", "/gateway"), ($"{prefix}type", "gpucredit.usage.v1"), ($"{prefix}subject", "a"), ($"{prefix}time", "2026-01-31T12:00:00Z"));

        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0, DeadLetters: 0 }, "it is stored");
        Assert.Equal(["100%25"], _accounts.Calls.SelectMany(ids => ids));
    }
}
