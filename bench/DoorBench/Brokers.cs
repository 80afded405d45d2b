using Sources.Tests.Brokers;

namespace DoorBench;

/// <summary>One of each kind, for all runs.</summary>
internal sealed record Brokers(NatsServer Nats, RabbitMqServer RabbitMq, KafkaCluster Kafka) : IAsyncDisposable
{
    public IReadOnlyList<ITestBroker> All => [Nats, RabbitMq, Kafka];

    public static async Task<Brokers> StartAsync() => new(await NatsServer.StartAsync(), await RabbitMqServer.StartAsync(), await KafkaCluster.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await Nats.DisposeAsync();
        await RabbitMq.DisposeAsync();
        await Kafka.DisposeAsync();
    }
}
