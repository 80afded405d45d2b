using System.Text;
using System.Text.Json.Nodes;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Postgres;

namespace Host.Tests.Operations;

/// <summary>Where the accounts are, asked of a node whose neighbour is silent.</summary>
public sealed class ShardsOfManyTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private const string Usage = """{"usageId":"u","amount":1,"timestamp":1}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task A_node_that_is_silent_is_named_and_the_others_say_what_they_hold()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        // Not in this process: nodes of another version (the test host's) get no shards from Akka as long as there are newer ones.
        await using var asked = Start(connectionString);
        await using var silent = Start(connectionString);
        var (api, _, ops) = await asked.DoorsAsync();
        using var client = new HttpClient();
        await Eventually.TrueAsync(async () => (await NodesAsync()).Count == 2, Within, "both are members");
        var self = (string?)(await InProcessHost.JsonOf(await client.GetAsync(new Uri(ops, "/ops/cluster"))))["self"];
        var account = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                await client.PostAsync(new Uri(api, $"/v1/accounts/account-{account++}/usages"), new StringContent(Usage, Encoding.UTF8, "application/json"));
                return (await NodesAsync()).Count(node => (bool)node!["answered"]! && (int)node["accounts"]! > 0) == 2;
            },
            Within,
            "both hold accounts");

        silent.Signal("STOP");
        var nodes = await NodesAsync();
        silent.Signal("CONT");

        Assert.Equal(2, nodes.Count);
        var speaking = Assert.Single(nodes, node => (string?)node!["address"] == self)!;
        Assert.True((bool)speaking["answered"]! && (int)speaking["accounts"]! > 0);
        var other = Assert.Single(nodes, node => node != speaking)!;
        Assert.Equal((false, 0), ((bool)other["answered"]!, (int)other["accounts"]!));

        async Task<JsonArray> NodesAsync() => (await InProcessHost.JsonOf(await client.GetAsync(new Uri(ops, "/ops/shards"))))["nodes"]!.AsArray();
    }

    private ChildProcess Start(string connectionString) => ChildProcess.Start(
        _folder.Path,
        "--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0",
        "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString);
}
