using EndToEnd.Tests.Hosting;
using EndToEnd.Tests.Law;

namespace EndToEnd.Tests;

/// <summary>The two examples that the project began with, over HTTP.</summary>
public sealed class SeedExamplesTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_credit_is_there_from_its_start_to_its_end_and_no_longer()
    {
        await using var host = new TemporaryHost(output);
        await host.StartAsync();
        using var ledger = new LedgerApi(host.Url);

        Assert.Equal(new Balance(null, 0), await ledger.BalanceAsync("seed", 10));
        Assert.Equal(new Answer("recorded", 1), await ledger.PostAsync(Edition.Credit("seed", "microsoft", 10, 10, 30)));

        Assert.Equal(new Balance(null, 1), await ledger.BalanceAsync("seed", 0));
        Assert.Equal(new Balance(10, 1), await ledger.BalanceAsync("seed", 10));
        Assert.Equal(new Balance(10, 1), await ledger.BalanceAsync("seed", 40));
        Assert.Equal(new Balance(null, 1), await ledger.BalanceAsync("seed", 41));
    }

    [Fact]
    public async Task A_usage_burns_the_credit_that_ends_first_and_all_of_it_outlives_a_kill()
    {
        await using var host = new TemporaryHost(output);
        await host.StartAsync();
        using (var ledger = new LedgerApi(host.Url))
        {
            Assert.Equal("recorded", (await ledger.PostAsync(Edition.Credit("seed", "amazon", 40, 10, 50))).Status);
            Assert.Equal("recorded", (await ledger.PostAsync(Edition.Usage("seed", "use-1", 30, 30))).Status);
            Assert.Equal(10, (await ledger.BalanceAsync("seed", 40)).Amount);
            Assert.Equal("recorded", (await ledger.PostAsync(Edition.Credit("seed", "google", 20, 60, 10))).Status);
            await AssertBalancesAsync(ledger);
        }

        await host.KillAsync();
        await host.StartAsync();

        using var again = new LedgerApi(host.Url);
        await AssertBalancesAsync(again);
        Assert.Equal(new Answer("duplicate", 3), await again.PostAsync(Edition.Usage("seed", "use-1", 30, 30)));
    }

    [Fact]
    public async Task A_polite_end_takes_the_whole_store_along_and_exits_with_zero()
    {
        await using var host = new TemporaryHost(output);
        await host.StartAsync();
        using (var ledger = new LedgerApi(host.Url))
            await ledger.PostAsync(Edition.Credit("seed", "microsoft", 10, 10, 30));

        Assert.Equal(0, await host.StopAsync());
        await host.StartAsync();

        using var again = new LedgerApi(host.Url);
        Assert.Equal(new Balance(10, 1), await again.BalanceAsync("seed", 40));
    }

    private static async Task AssertBalancesAsync(LedgerApi ledger)
    {
        Assert.Equal(new Balance(30, 3), await ledger.BalanceAsync("seed", 60));
        Assert.Equal(new Balance(20, 3), await ledger.BalanceAsync("seed", 61));
        Assert.Equal(new Balance(20, 3), await ledger.BalanceAsync("seed", 70));
        Assert.Equal(new Balance(null, 3), await ledger.BalanceAsync("seed", 71));
    }
}
