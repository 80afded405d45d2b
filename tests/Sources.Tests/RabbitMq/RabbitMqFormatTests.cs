using RabbitMQ.Client;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.RabbitMq;

/// <summary>Headers of messages on a real rabbitmq-server: AMQP carries them as they are.</summary>
public sealed class RabbitMqFormatTests(RabbitMqFixture fixture) : IClassFixture<RabbitMqFixture>
{
    private readonly FakeAccounts _accounts = new();

    [RabbitMqFact]
    public async Task An_event_in_headers_keeps_its_percent_signs()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "Queue=events", "Format=cloudevents");
        await source.IsAsync("running");
        string[] prefixes = ["cloudEvents:", "cloudEvents_", "ce-"]; // the last as a bridge from HTTP may name them
        for (var i = 0; i < prefixes.Length; i++)
        {
            var headers = new Dictionary<string, object?>
            {
                [$"{prefixes[i]}specversion"] = "1.0", [$"{prefixes[i]}id"] = $"{i}%25", [$"{prefixes[i]}source"] = "/gateway", [$"{prefixes[i]}type"] = "gpucredit.usage.v1",
                [$"{prefixes[i]}subject"] = "a", [$"{prefixes[i]}time"] = new AmqpTimestamp(1_769_860_800),
            };
            await fixture.Server.PublishAsync("events", """{"amount":1}"""u8.ToArray(), new BasicProperties { ContentType = "application/json", Headers = headers });
        }

        await source.TrueAsync(now => now is { Recorded: 3, InFlight: 0, DeadLetters: 0 }, "all are stored");
        Assert.Equal(["0%25", "1%25", "2%25"], _accounts.Calls.SelectMany(ids => ids).Order());
    }
}
