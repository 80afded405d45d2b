using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;

namespace Cluster.Tests.Faults;

/// <summary>SIGKILL. The node comes back when the others have taken its accounts over.</summary>
internal static class Killing
{
    public static readonly Fault Any = new("SIGKILL of a node", async (cluster, load, random) =>
    {
        var oldest = await cluster.OldestAsync();
        ClusterNode[] others = [.. cluster.Nodes.Where(node => node != oldest)];
        return await KillAsync(cluster, load, others[random.Next(others.Length)]);
    });

    public static readonly Fault Oldest = new("SIGKILL of the shard coordinator's node", async (cluster, load, _) =>
        await KillAsync(cluster, load, await cluster.OldestAsync()));

    private static async Task<string> KillAsync(RunningCluster cluster, Load load, ClusterNode node)
    {
        await node.KillAsync();
        var again = await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        node.Start();
        await cluster.ReadyAsync();
        return $"every account had answered again after {again}";
    }
}
