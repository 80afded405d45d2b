using Sources.Tests.Brokers;
using Sources.Tests.Scenario;

namespace Sources.Tests.RabbitMq;

/// <summary>RabbitMQ, with quorum queues, through a bad day.</summary>
public sealed class RabbitMqChaosTests(ITestOutputHelper output)
{
    [RabbitMqFact]
    public async Task Nothing_is_lost_or_doubled_while_the_host_is_killed_the_server_restarted_and_connections_cut()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await new ChaosRun(output, broker).RunAsync();
    }
}
