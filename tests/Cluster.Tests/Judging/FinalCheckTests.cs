using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace Cluster.Tests.Judging;

/// <summary>The judge of a whole run, shown real damage: what it is there to find, it finds.</summary>
public sealed class FinalCheckTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_acknowledged_event_that_is_taken_from_the_store_is_found_out()
    {
        var folder = Directory.CreateTempSubdirectory("gpucredit-damage-");
        var store = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "gpucredit.db"), Pooling = false }.ConnectionString;
        var ports = FreePorts.Take(1);
        await using var node = new ClusterNode(new NodePlan("sqlite", $"127.0.0.1:{ports[0]}", ports[0], $"127.0.0.1:{ports[0]}", ["--GpuCredit:ConnectionString", store]));
        node.Start();

        var verdict = await new Trial(new Deployment(() => [node], () => new SqliteConnection(store), output.WriteLine), output)
            .MeasureAsync("damaged store", async (load, _) =>
            {
                var account = load.Accounts[0];
                await node.KillAsync();
                Assert.True(await TakeLastEventAsync(store, account) > 0);
                node.Start();
                await node.ReadyAsync();
                return $"the last event of {account} is gone";
            });

        Assert.True(verdict.Lost > 0);
        Assert.Contains(verdict.Wrong, sentence => sentence.Contains("had been answered before", StringComparison.Ordinal));
        Assert.Contains(verdict.Wrong, sentence => sentence.Contains("was answered Answer { Status = recorded", StringComparison.Ordinal));
        await node.KillAsync();
        folder.Delete(recursive: true);
    }

    private static async Task<int> TakeLastEventAsync(string store, string account)
    {
        await using var connection = new SqliteConnection(store);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM journal WHERE persistence_id = $id AND sequence_number = (SELECT MAX(sequence_number) FROM journal WHERE persistence_id = $id)";
        command.Parameters.AddWithValue("$id", "account-" + account);
        return await command.ExecuteNonQueryAsync();
    }
}
