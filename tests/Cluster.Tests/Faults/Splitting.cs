using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;

namespace Cluster.Tests.Faults;

/// <summary>The network between nodes is cut, and heals. Every node still reaches the database, and every caller every node.</summary>
internal static class Splitting
{
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
        var split = Task.Delay(_length);
        var again = await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        await split;
        cluster.Links.Heal();
        await cluster.ReadyAsync();
        return $"every account had answered again after {again}; the one alone was put out {alone.TimesPutOut - before} times";
    }
}
