using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace Cluster.Tests;

/// <summary>One node, SQLite, and a disk that takes no more.</summary>
public sealed class DiskFullTests(Printer printer, ITestOutputHelper output) : IClassFixture<Printer>
{
    private const int StoreMebibytes = 24;
    private const int RefusedWhileFull = 24;

    private static readonly TimeSpan _noticedWithin = TimeSpan.FromSeconds(30);

    [NeedsRootFact]
    public async Task While_the_disk_is_full_writes_are_unavailable_and_afterwards_they_go_on_by_themselves()
    {
        await using var disk = await SmallDisk.MountAsync(StoreMebibytes);
        var store = $"Data Source={Path.Combine(disk.Folder, "store", "gpucredit.db")}";
        var look = new SqliteConnectionStringBuilder(store) { Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ConnectionString;
        Directory.CreateDirectory(Path.Combine(disk.Folder, "store"));
        var ports = FreePorts.Take(1);
        await using var node = new ClusterNode(new NodePlan("sqlite", $"127.0.0.1:{ports[0]}", ports[0], $"127.0.0.1:{ports[0]}", ["--GpuCredit:ConnectionString", store]));
        node.Start();
        var deployment = new Deployment(() => [node], () => new SqliteConnection(look), node.ReadyAsync, printer.Say);

        await new Trial(deployment, output).RunAsync("full disk under SQLite", async (load, _) =>
        {
            disk.Fill();
            await load.Tally.WhenRetriedAsync(RefusedWhileFull).WaitAsync(_noticedWithin);
            Assert.Equal(0, node.TimesPutOut);
            disk.Empty();
            return $"free again after {RefusedWhileFull} requests had been refused";
        });
    }
}
