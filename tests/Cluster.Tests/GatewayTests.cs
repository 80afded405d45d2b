using Cluster.Tests.Driving;
using Cluster.Tests.Faults;
using Cluster.Tests.Nodes;
using Postgres;

namespace Cluster.Tests;

[Collection(RunningCluster.Collection)]
public sealed class GatewayTests(RunningCluster cluster, ITestOutputHelper output)
{
    private const int Forwarded = 400;

    [PostgresFact]
    public async Task A_node_without_the_role_account_forwards_everything_and_holds_no_account()
    {
        var gateway = await cluster.AddAsync("--GpuCredit:Cluster:Roles", "gateway");
        // Everything goes through it alone.
        await new Trial(cluster.Deployment with { Nodes = () => [gateway] }, output).RunAsync("a gateway alone", async (load, _) =>
        {
            await load.AcknowledgesMoreAsync(Forwarded, Fault.RecoversWithin);
            await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
            var accounts = await OperatorsApi.AccountsAsync(gateway);
            Assert.NotNull(accounts);
            Assert.Equal(0, accounts.GetValueOrDefault(gateway.Address));
            Assert.True(accounts.Values.Sum() >= load.Accounts.Count);
            return $"{accounts.Values.Sum()} accounts awake, none of them at the gateway";
        });

        gateway.LeaveService();
        Assert.Equal(0, await gateway.StopAsync());
        await cluster.RemoveAsync(gateway);
    }
}
