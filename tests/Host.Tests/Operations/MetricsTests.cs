using System.Net;
using Host.Tests.Running;

namespace Host.Tests.Operations;

public sealed class MetricsTests
{
    [Fact]
    public async Task Entries_and_questions_are_counted_where_prometheus_reads_them_and_no_account_is_named()
    {
        await using var host = await InProcessHost.StartAsync();
        await host.PostJsonAsync("/v1/accounts/who-is-this/credits", """{"creditId":"c","amount":10,"timestamp":1,"expiration":1}""");
        await host.PostJsonAsync("/v1/accounts/who-is-this/credits", """{"creditId":"c","amount":10,"timestamp":1,"expiration":1}""");
        await host.GetJsonAsync("/v1/accounts/who-is-this/balance?at=1");

        using var answer = await host.Ops.GetAsync("/metrics");
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("1", Value(page, "gpucredit_entries_total", "status=\"recorded\""));
        Assert.Equal("1", Value(page, "gpucredit_entries_total", "status=\"duplicate\""));
        Assert.Equal("1", Value(page, "gpucredit_cluster_members", "status=\"up\""));
        Assert.Equal("1", Value(page, "gpucredit_cluster_in_touch", ""));
        Assert.Equal("0", Value(page, "gpucredit_store_shut", "gate=\"writes\""));
        Assert.NotEqual("0", Value(page, "gpucredit_questions_total", "result=\"answered\""));
        Assert.NotEqual("0", Value(page, "gpucredit_call_duration_seconds_count", "call=\"record\""));
        Assert.Contains("http_server_request_duration_seconds_bucket", page, StringComparison.Ordinal);
        Assert.DoesNotContain("who-is-this", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_has_its_name_in_the_label()
    {
        await using var host = await InProcessHost.StartAsync(
            "--GpuCredit:Sources:gateways:Kind", "nats", "--GpuCredit:Sources:gateways:Address", "nats://127.0.0.1:1",
            "--GpuCredit:Sources:gateways:Stream", "usage", "--GpuCredit:Sources:gateways:Subject", "usage.>");
        var page = await host.Ops.GetStringAsync("/metrics");
        Assert.Equal("0", Value(page, "gpucredit_source_messages_total", "source=\"gateways\""));
        Assert.Equal("0", Value(page, "gpucredit_source_running", "source=\"gateways\""));
        Assert.Equal("0", Value(page, "gpucredit_source_entries_total", "status=\"recorded\""));
    }

    [Fact]
    public async Task They_are_at_the_operators_door_only()
    {
        await using var host = await InProcessHost.StartAsync();
        Assert.Equal((404, "not_found"), await CodeAsync("/metrics"));
        Assert.Equal((404, "not_found"), await CodeAsync("/metrics/"));

        async Task<(int Status, string? Code)> CodeAsync(string path)
        {
            var (status, body) = await host.GetJsonAsync(path);
            return (status, (string?)body["code"]);
        }
    }

    /// <summary>The value of the one line with this name, and this label among its labels.</summary>
    private static string Value(string page, string name, string label) => Assert.Single(
        page.Split('\n'),
        line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{' && line.Contains(label, StringComparison.Ordinal)).Split(' ')[1];
}
