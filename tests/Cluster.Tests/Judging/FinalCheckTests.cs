using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;
using EndToEnd.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace Cluster.Tests.Judging;

/// <summary>The judge of a whole run, shown real damage: what it is there to find, it finds.</summary>
public sealed class FinalCheckTests(ITestOutputHelper output)
{
    private const int EventsTaken = 4;

    [Fact]
    public async Task Acknowledged_events_that_are_taken_from_the_store_are_found_out()
    {
        var folder = Directory.CreateTempSubdirectory("gpucredit-damage-");
        var store = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "gpucredit.db"), Pooling = false }.ConnectionString;
        var ports = FreePorts.Take(1);
        await using var node = new ClusterNode(new NodePlan("sqlite", $"127.0.0.1:{ports[0]}", ports[0], $"127.0.0.1:{ports[0]}", ["--GpuCredit:ConnectionString", store]));
        node.Start();

        var verdict = await new Trial(new Deployment(() => [node], () => new SqliteConnection(store), node.ReadyAsync, output.WriteLine), output)
            .MeasureAsync("damaged store", async (load, _) =>
            {
                // One of the busy ones, so that it has as many.
                var account = load.Accounts.Single(account => account.EndsWith("-00", StringComparison.Ordinal));
                await node.KillAsync();
                Assert.Equal(EventsTaken, await TakeLastEventsAsync(store, account));
                node.Start();
                await node.ReadyAsync();
                return $"the last events of {account} are gone";
            });

        Assert.True(verdict.Lost > 0);
        Assert.Contains(verdict.Wrong, sentence => sentence.Contains("had been answered before", StringComparison.Ordinal));
        Assert.Contains(verdict.Wrong, sentence => sentence.Contains("was answered Answer { Status = recorded", StringComparison.Ordinal));
        await node.KillAsync();
        folder.Delete(recursive: true);
    }

    private static async Task<int> TakeLastEventsAsync(string store, string account)
    {
        await using var connection = new SqliteConnection(store);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM journal WHERE persistence_id = $id AND sequence_number > (SELECT MAX(sequence_number) FROM journal WHERE persistence_id = $id) - $count";
        command.Parameters.AddWithValue("$id", "account-" + account);
        command.Parameters.AddWithValue("$count", EventsTaken);
        return await command.ExecuteNonQueryAsync();
    }
}
