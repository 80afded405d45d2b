using Sources.Tests.Brokers;

namespace DoorBench.Doors;

/// <summary>A fresh Host, and one door into it.</summary>
internal sealed record OpenedDoor(HostUnderTest Host, IDoor Door) : IAsyncDisposable
{
    /// <summary>All that are measured, each with a Host of its own.</summary>
    public static IReadOnlyList<(string Name, Func<string[], NatsServer, RabbitMqServer, Task<OpenedDoor>> OpenAsync)> All { get; } =
    [
        ("one by one", (settings, _, _) => StartAsync(settings, host => HttpDoor.OneByOne(host.Url))),
        ("lines", (settings, _, _) => StartAsync(settings, host => HttpDoor.Lines(host.Url))),
        ("cloudevents", (settings, _, _) => StartAsync(settings, host => HttpDoor.CloudEvents(host.Url))),
        ("grpc", (settings, _, _) => StartAsync(settings, host => new GrpcDoor(host.GrpcUrl))),
        ("buffer", (settings, _, _) => StartAsync(settings, host => new BufferDoor(host.Url))),
        ("nats", (settings, nats, _) => StartAsync([.. settings, .. nats.Settings(nats.Port)], host => new BrokerDoor("NATS JetStream", nats, host.OpsUrl))),
        ("rabbitmq", (settings, _, rabbit) => StartAsync([.. settings, .. rabbit.Settings(rabbit.Port)], host => new BrokerDoor("RabbitMQ", rabbit, host.OpsUrl))),
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
