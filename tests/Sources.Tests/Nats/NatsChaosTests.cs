using Sources.Tests.Brokers;
using Sources.Tests.Scenario;

namespace Sources.Tests.Nats;

/// <summary>NATS JetStream through a bad day.</summary>
public sealed class NatsChaosTests(ITestOutputHelper output)
{
    [NatsFact]
    public async Task Nothing_is_lost_or_doubled_while_the_host_is_killed_the_server_restarted_and_connections_cut()
    {
        await using var broker = await NatsServer.StartAsync();
        await new ChaosRun(output, broker).RunAsync();
    }
}
