using EndToEnd.Tests.Hosting;
using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Crash;

/// <summary>
/// L6: what was acknowledged survives the loss of the process at any instant, and what was not may be sent again.
/// Also L1 and L2 (whatever order, however often), from outside and through real restarts.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int EditionsCount = 20_000;
    private const int Kills = 8;
    private const int InstantsPerAccount = 40;
    private const int ResendBatch = 200;
    private const int ViolationsShown = 20;

    [Fact(Timeout = 540_000)]
    public async Task Entries_sent_through_kills_are_all_there_once_and_every_balance_is_the_laws()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var workload = new Workload(seed, EditionsCount);
        await using var host = new TemporaryHost(output);
        await host.StartAsync();

        var run = new CrashRun(host, workload, seed);
        await run.SendAllAsync(Kills);
        output.WriteLine($"{run.Books.Requests} requests, {run.RequestsCutOff} of them cut off by {Kills} kills");
        Assert.True(run.RequestsCutOff > 0, "no kill hit a request");
        Assert.True(run.Books.Violations.Count == 0, string.Join('\n', run.Books.Violations.Take(ViolationsShown)));

        // Once more, so that nothing that is asked now was kept in memory only.
        await host.KillAsync();
        await host.StartAsync();
        using var ledger = new LedgerApi(host.Url);
        var versions = await AssertBalancesAsync(ledger, workload);
        await AssertAllStoredAsync(ledger, workload, versions);
        await AssertBalancesAsync(ledger, workload);

        await host.KillAsync();
        EventRows.AssertUnbroken(host.Folder, versions);
    }

    private static async Task<Dictionary<string, long>> AssertBalancesAsync(LedgerApi ledger, Workload workload)
    {
        var versions = new Dictionary<string, long>();
        foreach (var account in workload.Editions.GroupBy(edition => edition.AccountId))
        {
            var standing = Oracle.Standing(account).ToList();
            foreach (var at in workload.InstantsOf(account.Key, InstantsPerAccount))
            {
                var balance = await ledger.BalanceAsync(account.Key, at);
                Assert.Equal((account.Key, at, Oracle.ReplayStanding(standing, at)), (account.Key, at, balance.Amount));
                versions.TryAdd(account.Key, balance.Version);
                Assert.Equal(versions[account.Key], balance.Version);
            }
        }

        return versions;
    }

    /// <summary>Everything was acknowledged; sent again it is known already, and changes no version.</summary>
    private static async Task AssertAllStoredAsync(LedgerApi ledger, Workload workload, Dictionary<string, long> versions)
    {
        var standing = workload.Editions.GroupBy(edition => edition.AccountId).SelectMany(Oracle.Standing).ToHashSet();
        foreach (var batch in workload.Editions.Chunk(ResendBatch))
        {
            var answers = await ledger.PostAllAsync(batch, asLines: false);
            var expected = batch.Select(edition => new Answer(standing.Contains(edition) ? "duplicate" : "superseded", versions[edition.AccountId]));
            Assert.All(batch.Zip(expected, answers), item => Assert.Equal((item.First, item.Second), (item.First, item.Third)));
        }
    }
}
