using System.Diagnostics;
using EndToEnd.Tests.Hosting;
using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Durability;

/// <summary>
/// A kill proves no durability, since the kernel keeps what was written and not yet synced. So the system calls
/// of the running Host are watched: no acknowledgement leaves before a sync of the store.
/// </summary>
public sealed class DurabilityTests(ITestOutputHelper output)
{
    private const int SingleWrites = 40;
    private const int Batches = 10;
    private const int BatchEntries = 5;

    private static readonly TimeSpan _recoveryDeadline = TimeSpan.FromSeconds(60);

    [NeedsStraceFact]
    public async Task Between_a_write_and_its_acknowledgement_the_store_is_synced()
    {
        using var trace = new TraceFile();
        await using var host = new TemporaryHost(output, Strace.CommandTo(trace.Path));
        await host.StartAsync();
        var ids = new List<string>();
        using (var ledger = new LedgerApi(host.Url))
        {
            for (var i = 0; i < SingleWrites; i++)
            {
                var usage = Edition.Usage($"account-{i % 3}", $"single-use-{i:D3}", 1 + i, i);
                Assert.Equal("recorded", (await ledger.PostAsync(usage)).Status);
                ids.Add(usage.Id);
            }

            for (var i = 0; i < Batches; i++)
            {
                var credits = Enumerable.Range(0, BatchEntries)
                    .Select(j => Edition.Credit($"account-{j}", $"batch-{i:D2}-credit-{j}", 10, i, 100))
                    .ToList();
                Assert.All(await ledger.PostAllAsync(credits, asLines: i % 2 == 0), answer => Assert.Equal("recorded", answer.Status));
                ids.AddRange(credits.Select(credit => credit.Id));
            }

            // A question after all of them: when it is written down, so is the last answer.
            await ledger.BalanceAsync("the-end", 0);
            await trace.HoldsAsync("the-end");
        }

        await host.KillAsync();
        var calls = await trace.ReadAsync();
        var store = Path.Combine(host.Folder, "data");

        Assert.Empty(ids.Select(id => SyncChecker.FaultOf(calls, store, id)).OfType<string>());

        // The same trace without its syncs is what synchronous=OFF would have left: all of it must be found.
        var unsynced = calls.Where(call => !SyncChecker.IsSync(call)).ToList();
        Assert.Equal(ids.Count, ids.Select(id => SyncChecker.FaultOf(unsynced, store, id)).OfType<string>().Count());
    }

    [NeedsStraceFact]
    public async Task A_write_whose_sync_fails_is_not_acknowledged_and_the_account_recovers_by_itself()
    {
        await using var host = new TemporaryHost(output);
        await host.StartAsync();
        using var ledger = new LedgerApi(host.Url);
        Assert.Equal("recorded", (await ledger.PostAsync(Edition.Credit("a", "before", 10, 0, 100))).Status);

        var during = Edition.Credit("a", "during", 10, 0, 100);
        await using (await FailingSyncs.BeginAsync(host.ProcessId))
        {
            Assert.Equal(Answer.Unavailable, (await ledger.PostAsync(during)).Status);
            Assert.Equal(Answer.Unavailable, (await ledger.PostAsync(Edition.Credit("b", "other", 10, 0, 100))).Status);
        }

        // Unavailable: not known to be stored. So it may turn out to be, as far as the promise goes.
        var answer = await PostUntilTakenAsync(ledger, during);
        Assert.True(answer.Status is "recorded" or "duplicate", answer.Status);
        Assert.Equal("duplicate", (await ledger.PostAsync(during)).Status);

        await host.KillAsync();
        await host.StartAsync();
        using var again = new LedgerApi(host.Url);
        Assert.Equal(20, (await again.BalanceAsync("a", 100)).Amount);
        Assert.Equal("duplicate", (await again.PostAsync(during)).Status);
    }

    private static async Task<Answer> PostUntilTakenAsync(LedgerApi ledger, Edition edition)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var answer = await ledger.PostAsync(edition);
            if (answer.Status != Answer.Unavailable) return answer;
            Assert.True(waited.Elapsed < _recoveryDeadline, "still unavailable");
            await Task.Delay(TimeSpan.FromMilliseconds(25));
        }
    }
}
