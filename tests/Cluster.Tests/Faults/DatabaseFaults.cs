using Cluster.Tests.Nodes;
using Postgres;

namespace Cluster.Tests.Faults;

/// <summary>PostgreSQL goes away and comes back, with no hand laid on the nodes.</summary>
internal static class DatabaseFaults
{
    private const int Cuts = 5;

    private static readonly TimeSpan _down = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _betweenCuts = TimeSpan.FromSeconds(1);

    public static readonly Fault Crash = new("PostgreSQL stopped immediate, started 5 s later", async (cluster, load, _) =>
    {
        await cluster.Postgres.StopAsync(PostgresStop.Immediate);
        await Task.Delay(_down);
        await cluster.Postgres.StartAgainAsync();
        var again = await load.EveryAccountTakesWritesAsync(Fault.RecoversWithin);
        await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        return $"every account took writes again {again} after the start";
    });

    public static readonly Fault CutConnections = new("PostgreSQL's connections cut, five times", async (cluster, load, _) =>
    {
        var cut = 0;
        for (var i = 0; i < Cuts; i++)
        {
            cut += await cluster.Postgres.TerminateConnectionsAsync(RunningCluster.DatabaseName);
            await Task.Delay(_betweenCuts);
        }

        await load.EveryAccountTakesWritesAsync(Fault.RecoversWithin);
        await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
        return $"{cut} connections";
    });
}
