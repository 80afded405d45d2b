using System.Diagnostics;
using Cluster.Tests.Driving;
using Cluster.Tests.Faults;
using Cluster.Tests.Nodes;
using Postgres;

namespace Cluster.Tests;

/// <summary>A stream of entries through one node, while the accounts move between the others.</summary>
[Collection(RunningCluster.Collection)]
public sealed class StreamTests(RunningCluster cluster)
{
    private const int Warm = 1_000;
    private const int Meanwhile = 500;

    [PostgresFact]
    public async Task A_stream_goes_on_while_another_node_leaves_and_comes_back_and_every_entry_has_its_outcome_in_order()
    {
        var through = cluster.Nodes[0];
        // The oldest hosts the shard coordinator, if it isn't the one that the stream goes through.
        var leaving = await cluster.OldestAsync() is var oldest && oldest != through ? oldest : cluster.Nodes[^1];
        using var load = new StreamLoad(through.GrpcUrl);
        await StoresMoreAsync("the stream has begun", Warm);
        Assert.True((await OperatorsApi.AccountsAsync(through))!.GetValueOrDefault(leaving.Address) > 0, "the node that leaves holds no account");

        var watch = Stopwatch.StartNew();
        Assert.Equal(0, await leaving.StopAsync());
        var left = watch.Elapsed;
        await StoresMoreAsync("the stream goes on without the node", Meanwhile);
        leaving.Start();
        await cluster.ReadyAsync();
        await StoresMoreAsync("the stream goes on with the node back", Meanwhile);

        await load.EndAsync(Fault.RecoversWithin);
        await load.AssertBalancesAsync();
        cluster.Printer.Say($"stream through {through.Name}: {leaving.Name} left in {Fault.Seconds(left)} and was back after {Fault.Seconds(watch.Elapsed)}; stored {load.Stored}, unavailable and sent again {load.Unavailable}");

        Task StoresMoreAsync(string what, long count)
        {
            var target = load.Stored + count;
            return Poll.UntilAsync(what, () => load.HasStoredAsync(target), Fault.RecoversWithin);
        }
    }
}
