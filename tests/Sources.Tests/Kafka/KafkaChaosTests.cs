using Sources.Tests.Brokers;
using Sources.Tests.Scenario;

namespace Sources.Tests.Kafka;

/// <summary>Kafka's protocol, spoken by librdkafka's mock cluster over real sockets, through a bad day.</summary>
public sealed class KafkaChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_the_host_is_killed_the_brokers_go_down_and_connections_are_cut()
    {
        await using var broker = await KafkaCluster.StartAsync();
        await new ChaosRun(output, broker).RunAsync();
    }
}
