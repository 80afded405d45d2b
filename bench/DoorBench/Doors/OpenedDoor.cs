namespace DoorBench.Doors;

/// <summary>A fresh Host, and one door into it.</summary>
internal sealed record OpenedDoor(HostUnderTest Host, IDoor Door) : IAsyncDisposable
{
    /// <summary>All that are measured, each with a Host of its own.</summary>
    public static IReadOnlyList<(string Name, Func<string[], Brokers, Task<OpenedDoor>> OpenAsync)> All { get; } =
    [
        ("one by one", (settings, _) => StartAsync(settings, host => HttpDoor.OneByOne(host.Url))),
        ("array", (settings, _) => StartAsync(settings, host => HttpDoor.Array(host.Url))),
        ("lines", (settings, _) => StartAsync(settings, host => HttpDoor.Lines(host.Url))),
        ("cloudevents", (settings, _) => StartAsync(settings, host => HttpDoor.CloudEvents(host.Url))),
        ("grpc calls", (settings, _) => StartAsync(settings, host => new GrpcCallDoor(host.GrpcUrl))),
        ("grpc streams", (settings, _) => StartAsync(settings, host => new GrpcStreamDoor(host.GrpcUrl))),
        ("buffer", (settings, _) => StartAsync(settings, host => new BufferDoor(host.Url))),
        ("nats", (settings, brokers) => StartAsync([.. settings, .. brokers.Nats.Settings(brokers.Nats.Port, "usage")], host => new BrokerDoor("NATS JetStream", brokers.Nats, host.OpsUrl))),
        ("rabbitmq", (settings, brokers) => StartAsync([.. settings, .. brokers.RabbitMq.Settings(brokers.RabbitMq.Port, "usage")], host => new BrokerDoor("RabbitMQ", brokers.RabbitMq, host.OpsUrl))),
        ("kafka", (settings, brokers) => StartAsync([.. settings, .. brokers.Kafka.Settings(brokers.Kafka.Port, "usage")], host => new BrokerDoor("Kafka (librdkafka's mock cluster)", brokers.Kafka, host.OpsUrl))),
    ];

    public async ValueTask DisposeAsync()
    {
        await Door.DisposeAsync();
        await Host.DisposeAsync();
    }

    private static async Task<OpenedDoor> StartAsync(string[] settings, Func<HostUnderTest, IDoor> open)
    {
        var host = await HostUnderTest.StartAsync(settings);
        return new OpenedDoor(host, open(host));
    }
}
