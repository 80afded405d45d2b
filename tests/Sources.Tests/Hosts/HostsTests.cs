using Postgres;
using Sources.Tests.Brokers;
using Sources.Tests.Scenario;

namespace Sources.Tests.Hosts;

/// <summary>
/// Real Host processes with a source of each kind, and how their share moves when one goes. Not beside other tests: a node that gets
/// no processor for seconds is taken for dead.
/// </summary>
[Collection(ByThemselves.Collection)]
public sealed class HostsTests(RabbitMqFixture rabbitMq, PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<RabbitMqFixture>, IClassFixture<PostgresFixture>
{
    [ServersFact]
    public async Task Two_nodes_share_the_work_and_one_takes_over_when_the_other_is_killed_or_stopped()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var kafka = await KafkaCluster.StartAsync();
        await new SharingRun(output, [nats, rabbitMq.Server, kafka], (await postgres.CreateDatabaseAsync()).ConnectionString).RunAsync();
    }

    [ServersFact]
    public async Task A_stop_under_load_ends_with_code_0_and_the_next_start_takes_the_rest()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var kafka = await KafkaCluster.StartAsync();
        await new StopRun(output, [nats, rabbitMq.Server, kafka]).RunAsync();
    }
}
