using GpuCredit.Host.Http;
using Host.Tests.Running;

namespace Host.Tests.Http;

[Collection(SharedHost.Name)]
public sealed class AccountPathTests(HostFixture fixture)
{
    private InProcessHost Host => fixture.Host;

    public static TheoryData<string, string> Encoded => new()
    {
        { "plain", "plain" },
        { "a%2Fb", "a/b" },
        { "a%2fb", "a/b" },
        { "a%252Fb", "a%2Fb" },
        { "a+b", "a+b" },
        { "a%2Bb", "a+b" },
        { "a%25b", "a%b" },
        { "%61", "a" },
        { "...", "..." },
        { "a%3Fb", "a?b" },
        { "a%23b", "a#b" },
        { "a%5Cb", "a\\b" },
        { "a;b=c,d", "a;b=c,d" },
        { "-", "-" },
        { "credits", "credits" },
    };

    [Theory]
    [MemberData(nameof(Encoded))]
    public async Task The_raw_path_is_decoded_exactly_once(string path, string accountId)
    {
        var (status, body) = await Host.RawAsync("GET", $"/v1/accounts/{path}/balance?at=1");
        Assert.Equal(200, status);
        Assert.Equal(accountId, (string?)body["accountId"]);
    }

    [Fact]
    public void What_isn_t_ASCII_is_not_taken_whether_a_percent_sign_is_there_or_not()
    {
        Assert.Null(PercentEncoding.TryDecode("a\u00E9"));
        Assert.Null(PercentEncoding.TryDecode("%61\u00E9"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("%2E%2E")]
    [InlineData("%2e.")]
    [InlineData("%2E")]
    [InlineData("")]
    [InlineData("a%")]
    [InlineData("a%2")]
    [InlineData("a%zz")]
    [InlineData("a%+1")]
    [InlineData("a%20b")]
    [InlineData("%7F")]
    [InlineData("%C3%A9")]
    [InlineData("%FF")]
    public async Task What_can_be_no_account_is_refused_and_never_another_route(string path)
    {
        foreach (var target in (string[])[$"/v1/accounts/{path}/balance", $"http://{Host.Client.BaseAddress!.Authority}/v1/accounts/{path}/balance"])
        {
            var (status, body) = await Host.RawAsync("GET", target);
            Assert.Equal(400, status);
            Assert.Equal("rejected", (string?)body["code"]);
            Assert.Equal("accountId", (string?)body["field"]);
        }
    }

    [Theory]
    [InlineData("/v1/accounts")]
    [InlineData("/v1/accounts/")]
    [InlineData("/v1/accounts/a")]
    [InlineData("/v1/accounts/a/")]
    [InlineData("/v1/accounts/a/b/balance")]
    [InlineData("/v1/accounts/a/../b/balance")]
    [InlineData("/v1/accounts/a/balance/more")]
    [InlineData("/v1/x/../accounts/a/balance")]
    [InlineData("/v1/%61ccounts/a/balance")]
    [InlineData("/./v1/accounts/a/balance")]
    [InlineData("/v1/accounts/a/Balance%2F")]
    public async Task A_path_that_only_becomes_an_accounts_is_no_path(string target)
    {
        var (status, body) = await Host.RawAsync("GET", target);
        Assert.Equal(404, status);
        Assert.Equal("not_found", (string?)body["code"]);
    }

    [Fact]
    public async Task A_whole_URL_as_target_is_the_same_account()
    {
        var (status, body) = await Host.RawAsync("GET", $"http://{Host.Client.BaseAddress!.Authority}/v1/accounts/a%2Fb/balance?at=7");
        Assert.Equal(200, status);
        Assert.Equal("a/b", (string?)body["accountId"]);
        Assert.Equal(7, (long)body["at"]!);
    }

    [Fact]
    public async Task Every_printable_character_names_an_account_of_its_own()
    {
        for (var character = '!'; character <= '~'; character++)
        {
            var accountId = $"path-{character}";
            var path = $"/v1/accounts/{Uri.EscapeDataString(accountId)}";
            var (status, posted) = await Host.PostJsonAsync($"{path}/credits", $$"""{"creditId":"c","amount":{{(int)character}},"timestamp":0,"expiration":10}""");
            Assert.True(status == 201, $"{accountId}: {status} {posted}");
            var (_, balance) = await Host.GetJsonAsync($"{path}/balance?at=0");
            Assert.Equal(accountId, (string?)balance["accountId"]);
            Assert.Equal(character, (long)balance["balance"]!);
            Assert.Equal(1, (long)balance["version"]!);
        }
    }
}
