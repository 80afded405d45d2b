using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Host.Tests.Running;

namespace Host.Tests.Http;

[Collection(SharedHost.Name)]
public sealed class AccountEndpointsTests(HostFixture fixture)
{
    private const string Credit = """{"creditId":"c","amount":10,"timestamp":10,"expiration":30}""";

    private InProcessHost Host => fixture.Host;

    [Fact]
    public async Task The_outcomes_of_one_credit_in_their_order()
    {
        const string Path = "/v1/accounts/outcomes/credits";
        Same("""{"status":"recorded","version":1}""", 201, await Host.PostJsonAsync(Path, Credit));
        Same("""{"status":"duplicate","version":1}""", 200, await Host.PostJsonAsync(Path, Credit));

        var (status, conflict) = await Host.PostJsonAsync(Path, Credit.Replace("10,", "11,", StringComparison.Ordinal));
        Assert.Equal(409, status);
        Assert.Equal("conflict", (string?)conflict["code"]);
        Assert.Equal(409, (int)conflict["status"]!);
        Assert.Equal(1, (long)conflict["version"]!);
        Same("""{"creditId":"c","amount":10,"timestamp":10,"expiration":30,"priority":50,"revision":0}""", conflict["standing"]!);

        Same("""{"status":"recorded","version":2}""", 201, await Host.PostJsonAsync(Path, """{"creditId":"c","amount":0,"timestamp":10,"expiration":30,"revision":2}"""));
        Same("""{"status":"superseded","version":2}""", 200, await Host.PostJsonAsync(Path, Credit));
        Same("""{"accountId":"outcomes","at":10,"balance":null,"version":2}""", 200, await Host.GetJsonAsync("/v1/accounts/outcomes/balance?at=10"));
    }

    [Fact]
    public async Task A_conflicting_usage_shows_the_usage_that_stands()
    {
        const string Path = "/v1/accounts/usage-conflict/usages";
        Same("""{"status":"recorded","version":1}""", 201, await Host.PostJsonAsync(Path, """{"usageId":"u","amount":5,"timestamp":-3}"""));
        var (status, conflict) = await Host.PostJsonAsync(Path, """{"usageId":"u","amount":6,"timestamp":-3}""");
        Assert.Equal(409, status);
        Same("""{"usageId":"u","amount":5,"timestamp":-3,"revision":0}""", conflict["standing"]!);
    }

    [Fact]
    public async Task A_rejection_is_a_problem_that_names_field_and_rule()
    {
        using var response = await Host.PostAsync("/v1/accounts/rejections/credits", """{"creditId":"c","amount":0,"timestamp":10,"expiration":30}""");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        var body = await InProcessHost.JsonOf(response);
        Assert.Equal("urn:problem-type:gpucredit:rejected", (string?)body["type"]);
        Assert.Equal("rejected", (string?)body["code"]);
        Assert.Equal("amount", (string?)body["field"]);
        Assert.StartsWith("amount must be a whole number from 1 to 9007199254740991", (string?)body["detail"], StringComparison.Ordinal);
        Same("""{"accountId":"rejections","at":10,"balance":null,"version":0}""", 200, await Host.GetJsonAsync("/v1/accounts/rejections/balance?at=10"));
    }

    [Fact]
    public async Task Times_may_be_written_as_RFC_3339_and_are_answered_in_ticks()
    {
        Same("""{"status":"recorded","version":1}""", 201, await Host.PostJsonAsync("/v1/accounts/times/credits", """{"creditId":"c","amount":10,"timestamp":"2026-01-31T12:00:00+01:00","expiration":1000}"""));
        Same("""{"status":"duplicate","version":1}""", 200, await Host.PostJsonAsync("/v1/accounts/times/credits", """{"creditId":"c","amount":10,"timestamp":1769857200000,"expiration":1000}"""));
        Same("""{"accountId":"times","at":1769857200000,"balance":10,"version":1}""", 200, await Host.GetJsonAsync("/v1/accounts/times/balance?at=2026-01-31T12:00:00+01:00"));
        Same("""{"accountId":"times","at":1769857201001,"balance":null,"version":1}""", 200, await Host.GetJsonAsync("/v1/accounts/times/balance?at=2026-01-31T11%3A00%3A01.001Z"));
    }

    [Theory]
    [InlineData("at=x", "at")]
    [InlineData("at=", "at")]
    [InlineData("at", "at")]
    [InlineData("at=1.0", "at")]
    [InlineData("at=1e3", "at")]
    [InlineData("at=+1", "at")]
    [InlineData("at=01", "at")]
    [InlineData("at=%201", "at")]
    [InlineData("at=1&at=1", "at")]
    [InlineData("at=9007199254740992", "at")]
    [InlineData("at=99999999999999999999", "at")]
    [InlineData("at=2026-01-31T12:00:00", "at")]
    [InlineData("At=1", "At")]
    [InlineData("at=1&version=1", "version")]
    [InlineData("version=1", "version")]
    [InlineData("when=1", "when")]
    [InlineData("=1", "")]
    public async Task A_query_that_is_not_understood_is_refused_by_name(string query, string field)
    {
        var (status, body) = await Host.RawAsync("GET", $"/v1/accounts/queries/balance?{query}");
        Assert.Equal(400, status);
        Assert.Equal("rejected", (string?)body["code"]);
        Assert.Equal(field, (string?)body["field"]);
        Assert.StartsWith(field, (string?)body["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-9007199254740991")]
    [InlineData("9007199254740991")]
    [InlineData("-0")]
    [InlineData("%31")]
    public async Task Every_tick_can_be_asked_about(string at) =>
        Assert.Equal(200, (await Host.RawAsync("GET", $"/v1/accounts/ticks/balance?at={at}")).Status);

    [Fact]
    public async Task A_post_takes_no_query()
    {
        var (status, body) = await Host.PostJsonAsync("/v1/accounts/queries/credits?dryRun=true", Credit);
        Assert.Equal(400, status);
        Assert.Equal("dryRun", (string?)body["field"]);
        Assert.Equal(400, (await Host.PostJsonAsync("/v1/entries?atomic=true", "[]")).Status);
    }

    [Theory]
    [InlineData("application/json", 201)]
    [InlineData("application/json; charset=utf-8", 201)]
    [InlineData("Application/JSON;charset=\"UTF-8\"", 201)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=latin1", 415)]
    [InlineData("text/json", 415)]
    [InlineData("application/x-ndjson", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("nonsense", 415)]
    public async Task Only_JSON_in_UTF_8_is_read(string contentType, int expected)
    {
        var account = Uri.EscapeDataString($"types-{contentType.Replace(' ', '_')}");
        var (status, body) = await Host.PostJsonAsync($"/v1/accounts/{account}/credits", Credit, contentType);
        Assert.Equal(expected, status);
        if (expected == 415)
            Assert.Equal("unsupported_media_type", (string?)body["code"]);
    }

    [Fact]
    public async Task A_body_without_a_type_or_compressed_is_not_guessed_at()
    {
        using var bare = new ByteArrayContent(Encoding.UTF8.GetBytes(Credit));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Host.Client.PostAsync("/v1/accounts/types/credits", bare)).StatusCode);
        using var packed = new StringContent(Credit, Encoding.UTF8, "application/json");
        packed.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Host.Client.PostAsync("/v1/accounts/types/credits", packed)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/v1/nowhere", 404, "not_found")]
    [InlineData("GET", "/", 404, "not_found")]
    [InlineData("GET", "/v1/entries", 405, "method_not_allowed")]
    [InlineData("DELETE", "/v1/accounts/a/credits", 405, "method_not_allowed")]
    [InlineData("POST", "/v1/accounts/a/balance", 405, "method_not_allowed")]
    public async Task Whatever_goes_wrong_is_a_problem_with_a_code(string method, string path, int expected, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await Host.Client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, (string?)(await InProcessHost.JsonOf(response))["code"]);
        if (expected == 405)
            Assert.NotEmpty(response.Content.Headers.Allow);
    }

    private static void Same(string expected, int expectedStatus, (int Status, JsonNode Body) actual)
    {
        Assert.True(expectedStatus == actual.Status, $"{actual.Status}: {actual.Body}");
        Same(expected, actual.Body);
    }

    private static void Same(string expected, JsonNode actual) => Assert.Equal(expected, actual.ToJsonString());
}
