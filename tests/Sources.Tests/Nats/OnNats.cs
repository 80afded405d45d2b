using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;

namespace Sources.Tests.Nats;

/// <summary>A real nats-server for each test, and accounts in memory.</summary>
public abstract class OnNats : IAsyncLifetime
{
    private NatsServer? _broker;

    private protected FakeAccounts Accounts { get; } = new();

    private protected NatsServer Broker => _broker ?? throw new InvalidOperationException("nats-server isn't installed.");

    public async Task InitializeAsync()
    {
        if (Programs.WhySkipped("nats-server") is null)
            _broker = await NatsServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }
}
