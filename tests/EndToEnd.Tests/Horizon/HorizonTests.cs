using System.Net;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Hosting;
using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Horizon;

/// <summary>
/// One account through Hosts that are killed, each with another horizon, or none: the books stay closed as they were, and what is answered is
/// the law's. Everything is minutes away from a horizon, so that it doesn't matter how long the test takes.
/// </summary>
public sealed class HorizonTests(ITestOutputHelper output)
{
    private const string Account = "closing";
    private const long Minute = 60_000;
    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly List<Edition> _recorded = [];

    [Fact(Timeout = 300_000)]
    public async Task The_books_stay_closed_through_kills_whatever_horizon_the_next_Host_has()
    {
        await using var host = new TemporaryHost(output);
        await host.StartAsync();
        using (var ledger = new LedgerApi(host.Url))
        {
            Edition[] credits =
            [
                Edition.Credit(Account, "runs", 4_000, _now - (120 * Minute), 2_000 * Minute), Edition.Credit(Account, "first", 300, _now - (110 * Minute), 2_000 * Minute, priority: 10),
                Edition.Credit(Account, "ended", 200, _now - (100 * Minute), 35 * Minute), Edition.Credit(Account, "recent", 500, _now - (12 * Minute), 8 * Minute),
            ];
            await RecordAsync(ledger, credits);
            // Two a minute for two hours.
            await RecordAsync(ledger, [.. Enumerable.Range(0, 240).Select(i => Edition.Usage(Account, $"u{i}", 1 + (i % 9), _now - (120 * Minute) + (i * Minute / 2)))]);
            await AssertBalancesAsync(ledger, from: _now - (121 * Minute));
        }

        await RestartAsync(host, horizonMinutes: 60);
        using (var ledger = new LedgerApi(host.Url))
        {
            await AssertBalancesAsync(ledger, from: _now - (121 * Minute)); // a question closes nothing
            await RecordAsync(ledger, [Edition.Usage(Account, "closes", 3, _now)]);
            await AssertBeforeHorizonAsync(host, _now - (61 * Minute));
            await AssertBalancesAsync(ledger, from: _now - (55 * Minute));
            await AssertOutcomesAsync(ledger, closedMinutes: 65);
        }

        await RestartAsync(host, horizonMinutes: 30);
        using (var ledger = new LedgerApi(host.Url))
        {
            Assert.Equal("duplicate", (await ledger.PostAsync(_recorded.First(edition => edition.Id == "u5"))).Status);
            await AssertBalancesAsync(ledger, from: _now - (55 * Minute));
            Assert.StartsWith("422 ", (await ledger.PostAsync(Edition.Usage(Account, "late", 1, _now - (35 * Minute)))).Status, StringComparison.Ordinal);
            await RecordAsync(ledger, [Edition.Usage(Account, "closes-more", 3, _now)]);
            await AssertBeforeHorizonAsync(host, _now - (35 * Minute));
            await AssertBalancesAsync(ledger, from: _now - (25 * Minute));
        }

        await RestartAsync(host, horizonMinutes: null);
        using (var ledger = new LedgerApi(host.Url))
        {
            await AssertBeforeHorizonAsync(host, _now - (35 * Minute));
            Assert.StartsWith("422 ", (await ledger.PostAsync(Edition.Usage(Account, "late", 1, _now - (35 * Minute)))).Status, StringComparison.Ordinal);
            await RecordAsync(ledger, [Edition.Usage(Account, "taken", 1, _now - (20 * Minute)), Edition.Credit(Account, "first", 1, _now - (110 * Minute), 2_000 * Minute, priority: 10, revision: 2)]);
            await AssertBalancesAsync(ledger, from: _now - (25 * Minute));
        }
    }

    private async Task RestartAsync(TemporaryHost host, int? horizonMinutes)
    {
        await host.KillAsync();
        await host.StartAsync(horizonMinutes is { } minutes ? ["--GpuCredit:Horizon", $"{minutes * Minute}"] : []);
    }

    private async Task RecordAsync(LedgerApi ledger, Edition[] editions)
    {
        Assert.All(await ledger.PostAllAsync(editions, asLines: true), answer => Assert.Equal("recorded", answer.Status));
        _recorded.AddRange(editions);
    }

    /// <summary>Every outcome about what is closed, and about what still runs across the horizon.</summary>
    private async Task AssertOutcomesAsync(LedgerApi ledger, int closedMinutes)
    {
        var closed = _recorded.First(edition => edition.Id == "u5");
        var runs = _recorded.First(edition => edition.Id == "first");
        (Edition Edition, string Status)[] expected =
        [
            (closed, "duplicate"),
            (closed with { Revision = 1, Amount = 100 }, "late"),
            (closed with { Revision = 1, Timestamp = _now }, "late"),
            (Edition.Usage(Account, "new", 1, _now - (closedMinutes * Minute)), "late"),
            (Edition.Credit(Account, "new", 1, _now - (closedMinutes * Minute), 2_000 * Minute), "late"),
            (_recorded.First(edition => edition.Id == "ended") with { Revision = 1, Amount = 1 }, "late"),
            (_recorded.First(edition => edition.Id == "ended"), "duplicate"),
            (runs, "duplicate"),
            (runs with { Amount = 1 }, "conflict"),
            (runs with { Amount = 0 }, "rejected"),
            (runs with { Revision = 1, Priority = 11 }, "late"),
            (runs with { Revision = 1, Expiration = 5 * Minute }, "late"),
            (runs with { Revision = 1, Amount = 150, Expiration = 110 * Minute }, "recorded"),
            (runs, "superseded"),
        ];
        var answers = await ledger.PostAllAsync([.. expected.Select(one => one.Edition)], asLines: false);
        Assert.Equal(expected.Select(one => (one.Edition, one.Status)), expected.Zip(answers, (one, answer) => (one.Edition, answer.Status)));
        _recorded.AddRange(expected.Where(one => one.Status == "recorded").Select(one => one.Edition));
        await AssertBalancesAsync(ledger, from: _now - (55 * Minute));
    }

    private async Task AssertBalancesAsync(LedgerApi ledger, long from)
    {
        for (var at = from; at <= _now + (20 * Minute); at += Minute / 3)
            Assert.Equal((at - _now, Oracle.BalanceAt(_recorded, at)), (at - _now, (await ledger.BalanceAsync(Account, at)).Amount));
    }

    private static async Task AssertBeforeHorizonAsync(TemporaryHost host, long at)
    {
        using var http = new HttpClient { BaseAddress = host.Url };
        using var response = await http.GetAsync(new Uri($"/v1/accounts/{Account}/balance?at={at}", UriKind.Relative));
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "before_horizon", "at"), (response.StatusCode, (string?)problem["code"], (string?)problem["field"]));
    }
}
