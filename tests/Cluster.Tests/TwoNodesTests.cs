using Cluster.Tests.Driving;
using Cluster.Tests.Faults;
using Cluster.Tests.Nodes;
using Postgres;

namespace Cluster.Tests;

/// <summary>
/// Two nodes, of which neither is a majority: the part with the lower address goes on. When that one is merely paused, the other
/// puts itself out, is started anew, hears from nobody, and founds a cluster once the event store shows no sign of life of
/// the first. When the first wakes, it still believes itself the cluster.
/// </summary>
public sealed class TwoNodesTests(Printer printer, ITestOutputHelper output) : IClassFixture<Printer>
{
    /// <summary>Until the other has gone out, has come back, and has seen the roll quiet for long enough.</summary>
    private static readonly TimeSpan _foundsWithin = TimeSpan.FromSeconds(60);

    [PostgresFact]
    public async Task When_the_lower_one_wakes_after_the_other_has_founded_a_cluster_it_answers_nothing_old_and_joins()
    {
        var cluster = new RunningCluster(printer, nodes: 2);
        try
        {
            await cluster.InitializeAsync();
            var lower = cluster.Nodes.Single(node => node.Name == "node-1");
            var other = cluster.Nodes.Single(node => node != lower);
            await new Trial(cluster.Deployment, output).RunAsync("two nodes, the lower one paused", async (load, _) =>
            {
                await lower.PauseAsync();
                await Poll.UntilAsync("the other has gone out and founded a cluster", () => OperatorsApi.SeesAsync(other, [other.Address]), _foundsWithin);
                Assert.Equal(1, other.TimesPutOut);
                var again = await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
                // What it tries first when it wakes fails at once: that it was away must not look like the database being away.
                await cluster.Postgres.TerminateConnectionsAsync(RunningCluster.DatabaseName);
                await lower.ContinueAsync();
                await Poll.UntilAsync("the lower one was put out", () => Task.FromResult(lower.TimesPutOut == 1), Fault.RecoversWithin);
                await cluster.ReadyAsync();
                Assert.Equal(1, other.TimesPutOut);
                return $"every account had answered again {again} after the founding; the lower one was put out when it woke, and joined";
            });
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }
}
