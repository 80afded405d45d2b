using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;

namespace Cluster.Tests.Faults;

/// <summary>The network between nodes is cut, and heals. Every node still reaches the database, and every caller every node.</summary>
internal static class Splitting
{
    /// <summary>Longer than the roll must be quiet.</summary>
    private static readonly TimeSpan _wouldFoundWithin = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan _length = TimeSpan.FromSeconds(12);

    public static readonly Fault Minority = new("partition: one node alone", async (cluster, load, random) =>
    {
        var oldest = await cluster.OldestAsync();
        ClusterNode[] others = [.. cluster.Nodes.Where(node => node != oldest)];
        return await SplitAsync(cluster, load, others[random.Next(others.Length)]);
    });

    public static readonly Fault Oldest = new("partition: the shard coordinator's node alone", async (cluster, load, _) =>
        await SplitAsync(cluster, load, await cluster.OldestAsync()));

    public static readonly Fault Everybody = new("partition: every node alone", async (cluster, _, _) =>
    {
        cluster.Links.Isolate([.. cluster.Nodes.Select(node => (string[])[node.Address])]);
        await Task.Delay(_length);
        cluster.Links.Heal();
        await cluster.ReadyAsync();
        return "no majority anywhere, until it healed";
    });

    private static async Task<string> SplitAsync(RunningCluster cluster, Load load, ClusterNode alone)
    {
        var before = alone.TimesPutOut;
        cluster.Links.Isolate([alone.Address]);
        var again = await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        // It is put out, started anew, and has time to found a cluster of its own, which it must not.
        await Poll.UntilAsync("the one alone was put out", () => Task.FromResult(alone.TimesPutOut > before), Fault.RecoversWithin);
        await Poll.UntilAsync("the one alone was started anew", async () => await OperatorsApi.ClusterAsync(alone) is not null, Fault.RecoversWithin);
        await Task.Delay(_wouldFoundWithin);
        Assert.Empty(await OperatorsApi.UpAsync(alone, Fault.RecoversWithin));
        cluster.Links.Heal();
        await cluster.ReadyAsync();
        return $"every account had answered again after {again}; the one alone was put out {alone.TimesPutOut - before} times";
    }
}
