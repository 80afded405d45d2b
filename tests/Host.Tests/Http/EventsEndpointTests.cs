using System.Net;
using System.Text;
using Host.Tests.EventStore;
using Host.Tests.Running;
using Microsoft.Data.Sqlite;

namespace Host.Tests.Http;

[Collection(SharedHost.Name)]
public sealed class EventsEndpointTests(HostFixture fixture)
{
    private const string Path = "/v1/events";
    private const string Structured = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";

    private InProcessHost Host => fixture.Host;

    [Fact]
    public async Task One_event_is_answered_as_the_call_for_one_entry()
    {
        var credit = Event("one", "c", "gpucredit.credit.v1", """{"amount":10,"expiration":1000}""");
        Assert.Equal((201, """{"status":"recorded","version":1}"""), await PostAsync(credit, Structured));
        Assert.Equal((200, """{"status":"duplicate","version":1}"""), await PostAsync(credit, Structured + "; charset=utf-8"));
        Assert.Equal((201, """{"status":"recorded","version":2}"""), await PostAsync(Event("one", "u", "gpucredit.usage.v1", """{"amount":4}"""), Structured));
        Assert.Equal(6, (long)(await Host.GetJsonAsync("/v1/accounts/one/balance?at=2026-01-31T12:00:01Z")).Body["balance"]!);

        var (status, conflict) = await Host.PostJsonAsync(Path, Event("one", "u", "gpucredit.usage.v1", """{"amount":5}"""), Structured);
        Assert.Equal(409, status);
        Assert.Equal("conflict", (string?)conflict["code"]);
        Assert.Equal(4, (long)conflict["standing"]!["amount"]!);
    }

    [Fact]
    public async Task An_event_in_headers_is_the_same_event()
    {
        using var response = await SendAsync(
            "/v1/events", """{"amount":4}""", "application/json",
            ("ce-specversion", "1.0"), ("ce-id", "u%25"), ("ce-source", "/s"), ("ce-type", "gpucredit.usage.v1"), ("ce-subject", "a%2Fb"), ("ce-time", "2026-01-31T12:00:00Z"), ("ce-ext", "x"));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(1, (long)(await Host.GetJsonAsync("/v1/accounts/a%2Fb/balance?at=1")).Body["version"]!);
        Assert.Equal((200, """{"status":"duplicate","version":1}"""), await PostAsync(Event("a/b", "u%", "gpucredit.usage.v1", """{"amount":4}"""), Structured));
    }

    [Fact]
    public async Task A_batch_has_an_outcome_for_each_event_in_its_place()
    {
        var (status, body) = await Host.PostJsonAsync(
            Path,
            $"[{Event("many", "c", "gpucredit.credit.v1", """{"amount":10,"expiration":1000}""")},{Event("many", "u", "gpucredit.usage.v1", """{"amount":4}""")},17,"
            + $"{Event("many", "u", "gpucredit.usage.v1", """{"amount":4}""")},{Event("many", "u", "gpucredit.usage.v1", """{"amount":5}""")},{Event("many", "v", "gpucredit.usage.v1", """{"amount":0}""")}]",
            Batch);
        Assert.Equal(200, status);
        Assert.Equal(["recorded", "recorded", "rejected", "duplicate", "conflict", "rejected"], body.AsArray().Select(outcome => (string?)outcome!["status"]));
        Assert.Equal((200, "[]"), await PostAsync("[]", Batch));
    }

    [Theory]
    [InlineData("""{"specversion":"1.1"}""", Structured, 400, "specversion")]
    [InlineData("{", Structured, 400, "body")]
    [InlineData("[]", Structured, 400, "body")]
    [InlineData("{}", Batch, 400, "body")]
    [InlineData("[1", Batch, 400, "body")]
    [InlineData("{}", "application/json", 415, null)]
    [InlineData("{}", "application/cloudevents+avro", 415, null)]
    [InlineData("{}", "application/cloudevents+json; charset=latin1", 415, null)]
    [InlineData("{}", "text/plain", 415, null)]
    public async Task What_is_no_event_is_a_problem(string body, string contentType, int expected, string? field)
    {
        var (status, problem) = await Host.PostJsonAsync(Path, body, contentType);
        Assert.Equal(expected, status);
        Assert.Equal(expected == 415 ? "unsupported_media_type" : "rejected", (string?)problem["code"]);
        Assert.Equal(field, (string?)problem["field"]);
    }

    [Theory]
    [InlineData("application/json", "ce-id", "u", "", 400, "specversion")]
    [InlineData("application/cloudevents+avro", "ce-id", "u", "", 415, null)]
    [InlineData("text/plain", "ce-id", "u", "", 415, null)]
    [InlineData("application/json", "Content-Encoding", "gzip", "", 415, null)]
    [InlineData(Structured, "Content-Encoding", "gzip", "", 415, null)]
    [InlineData(Structured, "x", "y", "?dry=true", 400, "dry")]
    public async Task A_request_that_says_something_else_is_a_problem(string contentType, string header, string value, string query, int expected, string? field)
    {
        using var response = await SendAsync(Path + query, "{}", contentType, (header, value));
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(field, (string?)(await InProcessHost.JsonOf(response))["field"]);
    }

    [Theory]
    [InlineData(Structured, 64 * 1024, true, 400)]
    [InlineData(Structured, (64 * 1024) + 1, true, 413)]
    [InlineData(Structured, (64 * 1024) + 1, false, 413)]
    [InlineData(Batch, 8 * 1024 * 1024, true, 400)]
    [InlineData(Batch, (8 * 1024 * 1024) + 1, true, 413)]
    public async Task A_body_beyond_its_limit_is_too_large(string contentType, int length, bool inChunks, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(new string(' ', length))) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TransferEncodingChunked = inChunks;
        using var response = await Host.Client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(10_000, 200)]
    [InlineData(10_001, 413)]
    public async Task Ten_thousand_events_are_taken_and_one_more_is_too_many(int count, int expected)
    {
        using var response = await Host.PostAsync(Path, "[" + string.Join(',', Enumerable.Repeat("1", count)) + "]", Batch);
        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Fact]
    public async Task While_the_store_cannot_write_events_are_unavailable()
    {
        using var folder = new TemporaryFolder();
        await using var host = await InProcessHost.StartAsync("--GpuCredit:Store", "sqlite", "--GpuCredit:ConnectionString", $"Data Source={folder["ledger.db"]};Default Timeout=1");
        await using var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder["ledger.db"], Pooling = false }.ConnectionString);
        await other.OpenAsync();
        await using var locked = other.BeginTransaction(deferred: false);
        var usage = Event("a", "u", "gpucredit.usage.v1", """{"amount":4}""");

        using var one = await host.PostAsync(Path, usage, Structured);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, one.StatusCode);
        Assert.NotNull(one.Headers.RetryAfter);
        Assert.Equal("unavailable", (string?)(await InProcessHost.JsonOf(one))["code"]);

        using var many = await host.PostAsync(Path, $"[{usage},17]", Batch);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, many.StatusCode);
        Assert.NotNull(many.Headers.RetryAfter);
        Assert.Equal(["unavailable", "rejected"], (await InProcessHost.JsonOf(many)).AsArray().Select(outcome => (string?)outcome!["status"]));
    }

    private static string Event(string subject, string id, string type, string data) =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"/gateway","type":"{{type}}","subject":"{{subject}}","time":"2026-01-31T12:00:00Z","data":{{data}}}""";

    private async Task<(int Status, string Body)> PostAsync(string body, string contentType)
    {
        using var response = await Host.PostAsync(Path, body, contentType);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body, string contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return await Host.Client.SendAsync(request);
    }
}
