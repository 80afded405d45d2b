using Sources.Tests.Brokers;

namespace DoorBench.Doors;

/// <summary>A fresh Host, and one door into it.</summary>
internal sealed record OpenedDoor(HostUnderTest Host, IDoor Door) : IAsyncDisposable
{
    /// <summary>All that are measured, each with a Host of its own.</summary>
    public static IReadOnlyList<Func<string[], NatsServer, RabbitMqServer, Task<OpenedDoor>>> All { get; } =
    [
        (settings, _, _) => OpenAsync(settings, host => HttpDoor.OneByOne(host.Url)),
        (settings, _, _) => OpenAsync(settings, host => HttpDoor.Lines(host.Url)),
        (settings, _, _) => OpenAsync(settings, host => HttpDoor.CloudEvents(host.Url)),
        (settings, _, _) => OpenAsync(settings, host => new GrpcDoor(host.GrpcUrl)),
        (settings, _, _) => OpenAsync(settings, host => new BufferDoor(host.Url)),
        (settings, nats, _) => OpenAsync([.. settings, .. nats.Settings(nats.Port)], host => new BrokerDoor("NATS JetStream", nats, host.OpsUrl)),
        (settings, _, rabbit) => OpenAsync([.. settings, .. rabbit.Settings(rabbit.Port)], host => new BrokerDoor("RabbitMQ", rabbit, host.OpsUrl)),
    ];

    public async ValueTask DisposeAsync()
    {
        await Door.DisposeAsync();
        await Host.DisposeAsync();
    }

    private static async Task<OpenedDoor> OpenAsync(string[] settings, Func<HostUnderTest, IDoor> open)
    {
        var host = await HostUnderTest.StartAsync(settings);
        return new OpenedDoor(host, open(host));
    }
}
