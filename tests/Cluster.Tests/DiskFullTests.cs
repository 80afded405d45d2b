using Cluster.Tests.Driving;
using Cluster.Tests.Faults;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Npgsql;
using Postgres;

namespace Cluster.Tests;

/// <summary>One node, and a disk of its event store that takes no more.</summary>
public sealed class DiskFullTests(Printer printer, ITestOutputHelper output) : IClassFixture<Printer>
{
    private const int StoreMebibytes = 24;
    private const int ServerMebibytes = 160;
    private const string DatabaseName = "narrow";
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

    [NeedsRootFact]
    public async Task While_the_disk_of_PostgreSQL_is_full_writes_are_unavailable_and_afterwards_they_go_on_by_themselves()
    {
        if (PostgresFactAttribute.WhySkipped is { } why) Assert.Fail(why);
        await using var disk = await SmallDisk.MountAsync(ServerMebibytes);
        var folder = Directory.CreateDirectory(Path.Combine(disk.Folder, "postgres")).FullName;
        await using var server = await PostgresServer.StartInAsync(folder, "min_wal_size=32MB", "max_wal_size=32MB");
        var store = await server.CreateDatabaseAsync(DatabaseName);
        var ports = FreePorts.Take(1);
        await using var node = new ClusterNode(new NodePlan("full", $"127.0.0.1:{ports[0]}", ports[0], $"127.0.0.1:{ports[0]}", ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", store]));
        node.Start();
        var deployment = new Deployment(() => [node], () => new NpgsqlConnection(server.SuperuserConnectionString(DatabaseName)), node.ReadyAsync, printer.Say);

        await new Trial(deployment, output).RunAsync("full disk under PostgreSQL", async (load, _) =>
        {
            disk.Fill();
            await load.Tally.WhenRetriedAsync(RefusedWhileFull).WaitAsync(_noticedWithin);
            Assert.Equal(0, node.TimesPutOut);
            disk.Empty();
            // Without room for its log it ends, and its supervisor starts it.
            var starts = 0;
            await Poll.UntilAsync("PostgreSQL answers", async () =>
            {
                if (server.HasDied)
                {
                    starts++;
                    await server.RestartAsync();
                }

                return await AnswersAsync(server);
            }, _noticedWithin);
            var again = await load.EveryAccountTakesWritesAsync(Fault.RecoversWithin);
            await load.EveryAccountAnswersAsync(Fault.RecoversWithin);
            return $"free again after {RefusedWhileFull} requests had been refused; PostgreSQL was started {starts} times; every account took writes {again} later";
        });
    }

    private static async Task<bool> AnswersAsync(PostgresServer server)
    {
        try
        {
            await server.AskAsync("postgres", "SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
