namespace Sources.Tests.Brokers;

/// <summary>One server, which takes seconds to start, for all tests that need nothing of it but queues of their own.</summary>
public sealed class RabbitMqFixture : IAsyncLifetime
{
    private RabbitMqServer? _server;

    internal RabbitMqServer Server => _server ?? throw new InvalidOperationException("rabbitmq-server isn't installed.");

    public async Task InitializeAsync()
    {
        if (Programs.WhySkipped("rabbitmq-server") is null)
            _server = await RabbitMqServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
