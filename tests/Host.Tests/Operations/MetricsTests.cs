using System.Net;
using System.Text;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Postgres;

namespace Host.Tests.Operations;

/// <summary>Processes of their own: OpenTelemetry collects from every meter of a name in a process, and so from every Host in it.</summary>
public sealed class MetricsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PostgresFact]
    public async Task Entries_and_questions_are_counted_where_prometheus_reads_them_and_neither_accounts_nor_passwords_are_named()
    {
        const string Credit = """{"creditId":"c","amount":10,"timestamp":1,"expiration":1}""";
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var child = Start("--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString);
        var (api, _, ops) = await child.DoorsAsync();
        using var client = new HttpClient();
        await Eventually.TrueAsync(async () => (await client.GetAsync(new Uri(api, "/healthz/ready"))).IsSuccessStatusCode, TimeSpan.FromSeconds(60), "ready");
        for (var times = 0; times < 2; times++)
            await client.PostAsync(new Uri(api, "/v1/accounts/who-is-this/credits"), new StringContent(Credit, Encoding.UTF8, "application/json"));
        await client.GetAsync(new Uri(api, "/v1/accounts/who-is-this/balance?at=1"));

        using var answer = await client.GetAsync(new Uri(ops, "/metrics"));
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal("1", Value(page, "gpucredit_entries_total", "status=\"recorded\""));
        Assert.Equal("1", Value(page, "gpucredit_entries_total", "status=\"duplicate\""));
        Assert.Equal("1", Value(page, "gpucredit_cluster_members", "status=\"up\""));
        Assert.Equal("1", Value(page, "gpucredit_cluster_in_touch", ""));
        Assert.Equal("0", Value(page, "gpucredit_store_shut", "gate=\"writes\""));
        Assert.NotEqual("0", Value(page, "gpucredit_resident_accounts", ""));
        Assert.NotEqual("0", Value(page, "gpucredit_resident_bytes", ""));
        Assert.NotEqual("0", Value(page, "gpucredit_resident_budget_bytes", ""));
        Assert.Equal("0", Value(page, "gpucredit_resident_evictions_total", ""));
        foreach (var closings in (string[])["begun_total", "carried_out_total", "folded_total", "under_way"])
            Assert.Equal("0", Value(page, $"gpucredit_closings_{closings}", ""));
        Assert.NotEqual("0", Value(page, "gpucredit_questions_total", "result=\"answered\""));
        Assert.Equal("2", Value(page, "gpucredit_call_duration_seconds_count", "call=\"record\""));
        Assert.Contains("http_server_request_duration_seconds_bucket", page, StringComparison.Ordinal);
        Assert.Contains("db_client_connection_max", page, StringComparison.Ordinal);
        Assert.DoesNotContain("who-is-this", page, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_has_its_name_in_the_label()
    {
        await using var child = Start(
            "--GpuCredit:Store", "memory", "--GpuCredit:Sources:gateways:Kind", "nats", "--GpuCredit:Sources:gateways:Address", "nats://127.0.0.1:1",
            "--GpuCredit:Sources:gateways:Stream", "usage", "--GpuCredit:Sources:gateways:Subject", "usage.>");
        using var client = new HttpClient();
        var page = await client.GetStringAsync(new Uri((await child.DoorsAsync()).Ops, "/metrics"));
        Assert.Equal("0", Value(page, "gpucredit_source_messages_total", "source=\"gateways\""));
        Assert.Equal("0", Value(page, "gpucredit_source_skipped_total", "source=\"gateways\""));
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

    private ChildProcess Start(params string[] args) =>
        ChildProcess.Start(_folder.Path, ["--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", .. args]);

    /// <summary>The value of the one line with this name, and this label among its labels.</summary>
    private static string Value(string page, string name, string label) => Assert.Single(
        page.Split('\n'),
        line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{' && line.Contains(label, StringComparison.Ordinal)).Split(' ')[1];
}
