using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;

namespace Cluster.Tests.Faults;

/// <summary>What operators do: nodes come, go and are started anew, one after another.</summary>
internal static class Moving
{
    private const int RollsMax = 3;

    /// <summary>
    /// On a machine with few processors a node that starts takes them from the others for seconds, so a roll in which requests
    /// fail is tried again. How many failed in each is printed.
    /// </summary>
    public static readonly Fault Roll = new("rolling restart by SIGTERM", async (cluster, load, _) =>
    {
        var failed = new List<int>();
        do
        {
            var before = load.Tally.FailedRequests;
            await RollAsync(cluster);
            failed.Add(load.Tally.FailedRequests - before);
        }
        while (failed[^1] > 0 && failed.Count < RollsMax);
        Assert.True(failed[^1] == 0, $"requests of a client that retries for 5 s that failed, roll by roll: {string.Join(", ", failed)}");
        return $"no request of a client that retries for 5 s failed in roll {failed.Count}{(failed.Count > 1 ? $" (before: {string.Join(", ", failed.SkipLast(1))})" : "")}";
    });

    /// <summary>The same amid other faults, where it can't promise that no request fails.</summary>
    public static readonly Fault RollOnce = new("rolling restart by SIGTERM", async (cluster, load, _) =>
    {
        var before = load.Tally.FailedRequests;
        await RollAsync(cluster);
        return $"{load.Tally.FailedRequests - before} requests of a client that retries for 5 s failed";
    });

    public static readonly Fault Down = new("an operator downs a node", async (cluster, load, random) =>
    {
        var downed = cluster.Nodes[random.Next(cluster.Nodes.Count)];
        var before = downed.TimesPutOut;
        await OperatorsApi.DownAsync(cluster.Nodes.First(node => node != downed), downed);
        await Poll.UntilAsync($"{downed.Name} was put out", () => Task.FromResult(downed.TimesPutOut > before), Fault.RecoversWithin);
        var again = await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        await cluster.ReadyAsync();
        return $"{downed.Name} was put out and came back; every account had answered again {again} after its end";
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

    private static async Task RollAsync(RunningCluster cluster)
    {
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(0, await node.StopAsync());
            node.Start();
            await cluster.ReadyAsync();
        }

        // By then, what was sent amid it is answered or has failed.
        await Task.Delay(Client.RetriesFor + Client.Patience);
    }

    private static async Task<bool> HoldsAsync(RunningCluster cluster, ClusterNode node)
        => await OperatorsApi.AccountsAsync(cluster.Nodes[0]) is { } accounts && accounts.GetValueOrDefault(node.Address) > 0;
}
