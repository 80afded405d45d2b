using CreditActors.Ledger;
using CreditActors.Sharding;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Host.Tests.Running;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>An account's snapshot in several rows, over the real stores: it is used, it doesn't pile up, and it changes no answer.</summary>
[Collection(SharedPostgres.Name)]
public sealed class SnapshotSegmentTests(PostgresFixture postgres) : IDisposable
{
    private const int Usages = 400;
    private const int Seed = 20_241_124;
    private const string Account = "a";

    // A row of the snapshot every 4 events; at most 64 entries a row, so at least 7 rows for what is sent below.
    private const string SmallCuts = "gpucredit.account.snapshot { cut-events = 4, cut-entries = 16, row-entries-max = 64 }";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly long[] s_times = [0, 10, 99, 100, 250, 500, 1_000, 5_000];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Over_SQLite_an_account_comes_back_from_its_rows_and_the_events_after_them()
    {
        return ComesBackAsync(StoreKind.Sqlite, null, statement =>
        {
            using var file = SqliteFile.Open(_folder["data/gpucredit.db"]);
            return Task.FromResult(long.Parse(file.Ask(statement), null));
        });
    }

    [PostgresFact]
    public async Task Over_PostgreSQL_an_account_comes_back_from_its_rows_and_the_events_after_them()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await ComesBackAsync(StoreKind.Postgres, connectionString, async statement => (long)(await postgres.Server.AskAsync(name, statement))!);
    }

    private async Task ComesBackAsync(StoreKind kind, string? connectionString, Func<string, Task<long>> ask)
    {
        var known = Array.Empty<long?>();
        await WithAccountAsync(kind, connectionString, async client =>
        {
            foreach (var entry in Entries())
                Assert.Equal(OutcomeStatus.Recorded, (await client.RecordAsync(Account, entry)).Status);
            known = await BalancesAsync(client);
            // Rows are written while it goes on.
            var last = Entries().Count();
            await Eventually.TrueAsync(async () => await ask("SELECT coalesce(max(sequence_number), 0) FROM snapshot") >= last - 16, s_limit, "the last row is written");
        });
        Assert.Contains(known, balance => balance > 0);

        // Rows that were merged are deleted; a few dozen small ones may stay beside the full ones (Segments).
        var entries = Entries().Count();
        Assert.Equal(entries, await ask("SELECT count(*) FROM journal"));
        Assert.InRange(await ask("SELECT count(*) FROM snapshot"), entries / 64, 40);
        var covered = await ask("SELECT max(sequence_number) FROM snapshot");
        Assert.InRange(covered, entries - 16, entries);

        // The rows are what it comes back from: the events before them could not be read.
        await ask($"UPDATE journal SET identifier = 8999 WHERE sequence_number <= {covered}; SELECT count(*) FROM journal");
        for (var start = 0; start < 2; start++)
            await WithAccountAsync(kind, connectionString, async client => Assert.Equal(known, await BalancesAsync(client)));
    }

    // By shuffled times, so that rows hold late entries; some amended, some voided.
    private static IEnumerable<Entry> Entries()
    {
        yield return new Credit("c", Amount: 1_000, Timestamp: 0, Expiration: 600);
        yield return new Credit("late", Amount: 500, Timestamp: 90, Expiration: 2_000);
        var times = Enumerable.Range(0, Usages).Select(n => (long)n * 2).ToArray();
        new Random(Seed).Shuffle(times);
        for (var n = 0; n < Usages; n++)
        {
            yield return new Usage($"u{n}", Amount: 1 + (n % 5), times[n]);
            if (n % 10 == 9)
                yield return new Usage($"u{n - 5}", Amount: n % 20 == 9 ? 0 : 7, times[n - 5] + 1, Revision: 1);
        }
    }

    private static async Task<long?[]> BalancesAsync(AccountClient client)
    {
        var balances = new List<long?>();
        foreach (var at in s_times)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    if ((await client.GetBalanceAsync(Account, at)).Answer is not { } answer)
                        return false;
                    balances.Add(answer.Balance);
                    return true;
                },
                s_limit,
                $"the balance at {at}");
        }

        return [.. balances];
    }

    private async Task WithAccountAsync(StoreKind kind, string? connectionString, Func<AccountClient, Task> use)
    {
        await using var opened = await EventStoreTarget.From(kind, connectionString, _folder.Path, shards: 100).OpenAsync();
        await using var system = await AccountSystem.StartAsync(opened, SmallCuts);
        await use(system.Client);
    }
}
