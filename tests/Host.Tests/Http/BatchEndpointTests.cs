using System.Net;
using System.Text;
using Host.Tests.Running;

namespace Host.Tests.Http;

[Collection(SharedHost.Name)]
public sealed class BatchEndpointTests(HostFixture fixture)
{
    private const string JsonLines = "application/x-ndjson";

    private InProcessHost Host => fixture.Host;

    [Fact]
    public async Task Each_entry_has_its_outcome_in_its_place()
    {
        var (status, body) = await Host.PostJsonAsync("/v1/entries", """
            [
              {"accountId":"batch-1","creditId":"c","amount":10,"timestamp":10,"expiration":30},
              {"accountId":"batch-2","usageId":"u","amount":1,"timestamp":1},
              {"accountId":"batch-1","creditId":"c","amount":10,"timestamp":10,"expiration":30},
              {"accountId":"batch-1","creditId":"c","amount":11,"timestamp":10,"expiration":30},
              {"accountId":"batch-1","usageId":"u","amount":"4","timestamp":20},
              "nonsense",
              {"accountId":"..","usageId":"u","amount":4,"timestamp":20},
              {"accountId":"batch-1","usageId":"u","amount":4,"timestamp":20}
            ]
            """);
        Assert.Equal(200, status);
        Assert.Equal(
            ["recorded", "recorded", "duplicate", "conflict", "rejected", "rejected", "rejected", "recorded"],
            body.AsArray().Select(outcome => (string?)outcome!["status"]));
        Assert.Equal("conflict", (string?)body[3]!["error"]!["code"]);
        Assert.Equal(10, (long)body[3]!["standing"]!["amount"]!);
        Assert.Equal("amount", (string?)body[4]!["error"]!["field"]);
        Assert.StartsWith("amount must be a whole number", (string?)body[4]!["error"]!["detail"], StringComparison.Ordinal);
        Assert.Equal("body", (string?)body[5]!["error"]!["field"]);
        Assert.Equal("accountId", (string?)body[6]!["error"]!["field"]);
        Assert.Equal(6, (long)(await Host.GetJsonAsync("/v1/accounts/batch-1/balance?at=20")).Body["balance"]!);
    }

    [Fact]
    public async Task Lines_are_answered_with_lines()
    {
        using var response = await Host.PostAsync(
            "/v1/entries",
            "{\"accountId\":\"lines\",\"usageId\":\"u\",\"amount\":1,\"timestamp\":1}\r\n\n  \n{broken\n{\"accountId\":\"lines\",\"usageId\":\"u\",\"amount\":1,\"timestamp\":1}",
            JsonLines);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(JsonLines, response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "{\"status\":\"recorded\",\"version\":1}\n"
            + "{\"status\":\"rejected\",\"error\":{\"code\":\"rejected\",\"field\":\"body\",\"detail\":\"body must be valid JSON\"}}\n"
            + "{\"status\":\"duplicate\",\"version\":1}\n",
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("application/json", "[]", "[]")]
    [InlineData(JsonLines, "", "")]
    [InlineData(JsonLines, "\n\n", "")]
    public async Task Nothing_is_answered_with_nothing(string contentType, string body, string answer)
    {
        using var response = await Host.PostAsync("/v1/entries", body, contentType);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(answer, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_that_is_no_array_is_refused_and_nothing_is_done()
    {
        var (status, body) = await Host.PostJsonAsync("/v1/entries", """[{"accountId":"no-array","usageId":"u","amount":1,"timestamp":1},""");
        Assert.Equal(400, status);
        Assert.Equal("body", (string?)body["field"]);
        Assert.Equal(0, (long)(await Host.GetJsonAsync("/v1/accounts/no-array/balance?at=1")).Body["version"]!);
    }

    [Theory]
    [InlineData(10_000, 200)]
    [InlineData(10_001, 413)]
    public async Task Ten_thousand_entries_are_taken_and_one_more_is_too_many(int count, int expected)
    {
        var account = $"many-{count}";
        var lines = string.Concat(Enumerable.Range(0, count).Select(i => $"{{\"accountId\":\"{account}\",\"usageId\":\"u{i}\",\"amount\":1,\"timestamp\":{i}}}\n"));
        using var response = await Host.PostAsync("/v1/entries", lines, JsonLines);
        Assert.Equal(expected, (int)response.StatusCode);
        var answer = await response.Content.ReadAsStringAsync();
        if (expected == 200)
        {
            Assert.Equal(count, answer.Split("\"recorded\"").Length - 1);
        }
        else
        {
            Assert.Contains("\"code\":\"too_large\"", answer, StringComparison.Ordinal);
            Assert.Equal(0, (long)(await Host.GetJsonAsync($"/v1/accounts/{account}/balance?at=1")).Body["version"]!);
        }
    }

    [Theory]
    [InlineData("/v1/entries", 8 * 1024 * 1024, true, 400)]
    [InlineData("/v1/entries", (8 * 1024 * 1024) + 1, true, 413)]
    [InlineData("/v1/entries", (8 * 1024 * 1024) + 1, false, 413)]
    [InlineData("/v1/accounts/big/credits", 64 * 1024, true, 400)]
    [InlineData("/v1/accounts/big/credits", (64 * 1024) + 1, true, 413)]
    [InlineData("/v1/accounts/big/credits", (64 * 1024) + 1, false, 413)]
    public async Task A_body_beyond_its_limit_is_too_large_in_chunks_or_not(string path, int length, bool inChunks, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(new string(' ', length), Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = inChunks;
        using var response = await Host.Client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(expected == 413 ? "too_large" : "rejected", (string?)(await InProcessHost.JsonOf(response))["code"]);
    }
}
