using Cluster.Tests.Nodes;

namespace Cluster.Tests.Faults;

/// <summary>What operators do: nodes come, go and are started anew, one after another.</summary>
internal static class Moving
{
    public static readonly Fault Roll = new("rolling restart by SIGTERM", async (cluster, load, _) =>
    {
        var before = load.Tally.FailedRequests;
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(0, await node.StopAsync());
            node.Start();
            await cluster.ReadyAsync();
        }

        Assert.Equal(0, load.Tally.FailedRequests - before);
        return "no request of a client that retries for 5 s failed";
    });

    public static readonly Fault JoinAndLeave = new("a fourth node joins, another leaves for good", async (cluster, load, random) =>
    {
        var fourth = await cluster.AddAsync();
        await Poll.UntilAsync("the fourth node holds accounts", async () => await HoldsAsync(cluster, fourth), Fault.RecoversWithin);

        var leaving = cluster.Nodes[random.Next(cluster.Nodes.Count)];
        leaving.LeaveService();
        var byTerminate = random.Next(2) == 0;
        if (byTerminate)
        {
            Assert.Equal(0, await leaving.StopAsync());
        }
        else
        {
            await OperatorsApi.LeaveAsync(cluster.Nodes[0], leaving);
            Assert.Equal(0, await leaving.EndsAsync());
        }

        await cluster.RemoveAsync(leaving);
        await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        await cluster.ReadyAsync();
        return $"{leaving.Name} left by {(byTerminate ? "SIGTERM" : "the operators' endpoint")}";
    });

    private static async Task<bool> HoldsAsync(RunningCluster cluster, ClusterNode node)
        => await OperatorsApi.AccountsAsync(cluster.Nodes[0]) is { } accounts && accounts.GetValueOrDefault(node.Address) > 0;
}
