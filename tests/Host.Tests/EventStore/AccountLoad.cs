using System.Globalization;
using Host.Tests.Running;

namespace Host.Tests.EventStore;

/// <summary>Many accounts that each hold a credit and are sent one usage a round, all in one request.</summary>
internal sealed class AccountLoad(InProcessHost host, int accounts)
{
    private const int Credited = 1_000;
    private static readonly TimeSpan s_storedWithin = TimeSpan.FromMinutes(3);

    /// <summary>Stores the credits, so that all accounts are awake.</summary>
    public Task OpenAsync() => OpenInSlicesAsync(accounts);

    /// <summary>The same, a few accounts at a time.</summary>
    public Task OpenInSlicesAsync(int slice) => InSlicesAsync(
        slice, account => $$"""{"accountId":"load-{{account}}","creditId":"c","amount":{{Credited}},"timestamp":1,"expiration":100}""");

    /// <summary>Sends the round once, and answers the status and how many accounts were unavailable.</summary>
    public Task<(int Status, int Unavailable)> SendAsync(int round) => SendAsync(0, accounts, UsageOf(round));

    /// <summary>Sends the round again and again until all of it is stored.</summary>
    public Task StoreAsync(int round) => StoreInSlicesAsync(round, accounts);

    /// <summary>The same, a few accounts at a time.</summary>
    public Task StoreInSlicesAsync(int round, int slice) => InSlicesAsync(slice, UsageOf(round));

    /// <summary>Every account answers, and has each round's usage once.</summary>
    public Task CheckAsync(int rounds) => Parallel.ForAsync(0, accounts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (account, _) =>
    {
        var balance = -1L;
        await Eventually.TrueAsync(
            async () =>
            {
                var (status, body) = await host.GetJsonAsync($"/v1/accounts/load-{account}/balance?at=50");
                if (status == 200)
                    balance = (long)body["balance"]!;
                return status == 200;
            },
            s_storedWithin,
            $"account {account} answers");
        Assert.Equal(Credited - rounds, balance);
    });

    private static Func<string, string> UsageOf(int round) => account => $$"""{"accountId":"load-{{account}}","usageId":"{{round}}","amount":1,"timestamp":10}""";

    private async Task InSlicesAsync(int slice, Func<string, string> entry)
    {
        for (var first = 0; first < accounts; first += slice)
        {
            var from = first;
            await Eventually.TrueAsync(
                async () => (await SendAsync(from, Math.Min(slice, accounts - from), entry)).Status == 200, s_storedWithin, $"{entry("…")} is stored from account {first} on");
        }
    }

    private async Task<(int Status, int Unavailable)> SendAsync(int first, int count, Func<string, string> entry)
    {
        var lines = Enumerable.Range(first, count).Select(account => entry(account.ToString(CultureInfo.InvariantCulture)));
        var (status, outcomes) = await host.PostJsonAsync("/v1/entries", $"[{string.Join(',', lines)}]");
        return (status, outcomes.AsArray().Count(outcome => (string?)outcome!["status"] == "unavailable"));
    }
}
