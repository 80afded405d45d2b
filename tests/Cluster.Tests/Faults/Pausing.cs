using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;

namespace Cluster.Tests.Faults;

/// <summary>
/// SIGSTOP for longer than the others are patient, then SIGCONT: a process that wakes with old memory, and with requests
/// in its sockets that were sent after others had taken over.
/// </summary>
internal static class Pausing
{
    private static readonly TimeSpan _length = TimeSpan.FromSeconds(12);

    public static readonly Fault Any = new("SIGSTOP for 12 s, then SIGCONT", (cluster, load, random) =>
        PauseAsync(cluster, load, cluster.Nodes[random.Next(cluster.Nodes.Count)]));

    private static async Task<string> PauseAsync(RunningCluster cluster, Load load, ClusterNode node)
    {
        var before = node.TimesPutOut;
        await node.PauseAsync();
        var pause = Task.Delay(_length);
        var again = await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        await pause;
        await node.ContinueAsync();
        await Poll.UntilAsync($"{node.Name}, paused so long, was put out", () => Task.FromResult(node.TimesPutOut > before), Fault.RecoversWithin);
        await cluster.ReadyAsync();
        return $"every account had answered again after {again}; the node was put out and came back";
    }
}
