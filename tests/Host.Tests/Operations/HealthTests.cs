using System.Net;
using Akka.Actor;
using Akka.Cluster;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Host.Tests.Operations;

public sealed class HealthTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Health_is_at_both_doors_and_the_API_is_not_at_the_operators()
    {
        await using var host = await InProcessHost.StartAsync();
        foreach (var door in (HttpClient[])[host.Client, host.Ops])
        {
            Assert.Equal("""{"status":"live","checks":{}}""", await door.GetStringAsync("/healthz/live"));
            Assert.Equal("""{"status":"ready","checks":{"cluster":"up","accounts":"answer","eventStore":"answers"}}""", await door.GetStringAsync("/healthz/ready"));
        }

        foreach (var path in (string[])["/v1/accounts/a/balance", "/openapi/v1.json", "/scalar", "/"])
        {
            using var response = await host.Ops.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("not_found", (string?)(await InProcessHost.JsonOf(response))["code"]);
        }
    }

    [Theory]
    [InlineData("PUT", "/healthz/live", 405, "method_not_allowed")]
    [InlineData("POST", "/healthz/ready", 405, "method_not_allowed")]
    [InlineData("GET", "/healthz", 404, "not_found")]
    [InlineData("GET", "/openapi/v2.json", 404, "not_found")]
    public async Task What_is_not_there_is_a_problem_with_a_code(string method, string path, int status, string code)
    {
        await using var host = await InProcessHost.StartAsync();
        using var response = await host.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal((status, code), ((int)response.StatusCode, (string?)(await InProcessHost.JsonOf(response))["code"]));
        if (status == 405)
            Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task A_node_whose_store_is_gone_is_live_and_not_ready()
    {
        using var folder = new TemporaryFolder();
        await using var host = await InProcessHost.StartAsync("--GpuCredit:Store", "sqlite", "--GpuCredit:ConnectionString", $"Data Source={folder["ledger.db"]}");
        File.Move(folder["ledger.db"], folder["away.db"]);
        await Eventually.TrueAsync(async () => (await host.Ops.GetAsync("/healthz/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, Within, "not ready");
        using var response = await host.Ops.GetAsync("/healthz/ready");
        var body = await InProcessHost.JsonOf(response);
        Assert.Equal("not ready", (string?)body["status"]);
        Assert.Equal("up", (string?)body["checks"]!["cluster"]);
        Assert.NotEqual("answers", (string?)body["checks"]!["eventStore"]);
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync("/healthz/live")).StatusCode);
        File.Move(folder["away.db"], folder["ledger.db"]);
    }

    [Fact]
    public async Task A_node_that_leaves_its_cluster_is_not_ready()
    {
        await using var host = await InProcessHost.StartAsync();
        var cluster = Cluster.Get(host.Services.GetRequiredService<ActorSystem>());
        cluster.Leave(cluster.SelfAddress);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await host.Ops.GetAsync("/healthz/ready");
                return response.StatusCode == HttpStatusCode.ServiceUnavailable && (string?)(await InProcessHost.JsonOf(response))["checks"]!["cluster"] != "up";
            },
            Within,
            "the cluster is left");
    }
}
