using System.Net;
using GpuCredit.Host.Hosting;
using Host.Tests.EventStore;
using Host.Tests.Running;

namespace Host.Tests.Operations;

/// <summary>The operators' endpoints on one node; tests/Cluster.Tests has them on several.</summary>
public sealed class OpsTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_cluster_names_its_members_and_their_roles()
    {
        await using var host = await InProcessHost.StartAsync();
        var cluster = await InProcessHost.JsonOf(await host.Ops.GetAsync("/ops/cluster"));
        var self = (string?)cluster["self"];
        Assert.Matches("^127\\.0\\.0\\.1:[0-9]+$", self);
        Assert.Equal((self, self, true), ((string?)cluster["leader"], (string?)cluster["oldest"], (bool)cluster["inTouch"]!));
        Assert.Equal($$"""[{"address":"{{self}}","status":"up","roles":["account","gateway"],"reachable":true}]""", cluster["members"]!.ToJsonString());
        Assert.Equal("[]", cluster["unreachable"]!.ToJsonString());
    }

    [Fact]
    public async Task The_shards_count_the_accounts_that_are_awake()
    {
        await using var host = await InProcessHost.StartAsync("--GpuCredit:Cluster:Shards", "7");
        for (var i = 0; i < 20; i++)
            await host.PostJsonAsync($"/v1/accounts/account-{i}/usages", """{"usageId":"u","amount":1,"timestamp":1}""");
        var shards = await InProcessHost.JsonOf(await host.Ops.GetAsync("/ops/shards"));
        Assert.Equal(7, (int)shards["shards"]!);
        var node = Assert.Single(shards["nodes"]!.AsArray())!;
        Assert.Equal(21, (int)node["accounts"]!); // and the one that readiness asks
        Assert.InRange((int)node["shards"]!, 2, 7);
        Assert.Equal(21, node["accountsByShard"]!.AsObject().Sum(shard => (int)shard.Value!));
        Assert.Equal("[]", node["unanswered"]!.ToJsonString());
    }

    [Theory]
    [InlineData("/ops/cluster")]
    [InlineData("/ops/shards")]
    public async Task They_are_at_the_operators_door_only(string path)
    {
        await using var host = await InProcessHost.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync(path)).StatusCode);
        using var outside = await host.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
        Assert.Equal("not_found", (string?)(await InProcessHost.JsonOf(outside))["code"]);
    }

    [Fact]
    public async Task A_node_that_is_no_member_is_named()
    {
        await using var host = await InProcessHost.StartAsync();
        using var answer = await host.Ops.PostAsync("/ops/cluster/members/127.0.0.1:1/leave", null);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var problem = await InProcessHost.JsonOf(answer);
        Assert.Equal(("not_found", "address"), ((string?)problem["code"], (string?)problem["field"]));
        Assert.StartsWith("127.0.0.1:1 is no member of the cluster; the members are 127.0.0.1:", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("leave", "leaving", ExitCode.Stopped)]
    [InlineData("down", "down", ExitCode.PutOut)]
    public async Task A_node_that_is_sent_away_ends_with_a_code_that_says_so(string verb, string status, int exitCode)
    {
        using var folder = new TemporaryFolder();
        var ops = HostPort.Parse("test", $"127.0.0.1:{FreePort()}");
        await using var child = ChildProcess.Start(folder.Path, "--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", $"http://{ops}");
        await child.ListeningAsync();
        using var client = new HttpClient { BaseAddress = new Uri($"http://{ops}") };
        await Eventually.TrueAsync(async () => (await client.GetAsync("/healthz/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(60), "ready");

        var self = (string?)(await InProcessHost.JsonOf(await client.GetAsync("/ops/cluster")))["self"];
        using var answer = await client.PostAsync($"/ops/cluster/members/{Uri.EscapeDataString($"akka.tcp://gpucredit@{self}")}/{verb}", null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(status, (string?)(await InProcessHost.JsonOf(answer))["status"]);
        Assert.Equal(exitCode, await child.EndAsync());
        Assert.Equal(exitCode == ExitCode.PutOut, child.Output.Contains("The cluster has put this node out", StringComparison.Ordinal));
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
