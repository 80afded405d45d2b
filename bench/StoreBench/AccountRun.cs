using System.Diagnostics;
using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace StoreBench;

/// <summary>The whole Host but HTTP: entries go through its AccountClient, shard region, account actors and event store.</summary>
internal static class AccountRun
{
    private const int UsagesEachCredit = 50;

    /// <summary>Under the client's own limit (gpucredit.account.client.entries-in-flight-max), beyond which it refuses.</summary>
    private const int EntriesInFlight = 50_000;

    /// <summary>Each account is sent its entries one call after another, as many accounts at the same time as fit in flight.</summary>
    public static async Task<Measured> RunAsync(string folder, int accounts, int calls, int entriesEachCall)
    {
        var data = Path.Combine(folder, "accounts");
        Directory.CreateDirectory(data);
        var file = Path.Combine(data, "gpucredit.db");
        try
        {
            await using var host = await GpuCredit.Host.Program.BuildAsync(
            [
                "--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0",
                "--GpuCredit:ConnectionString", $"Data Source={file}", "--Logging:LogLevel:Default", "Error",
            ]);
            await host.StartAsync();
            var client = host.Services.GetRequiredService<AccountClient>();
            // Awake before the clock starts.
            await Task.WhenAll(Enumerable.Range(0, accounts).Select(account => client.GetBalanceAsync(Id(account), 0)));

            var latencies = new TimeSpan[accounts * calls];
            var span = Span.Begin();
            using var places = new SemaphoreSlim(Math.Max(1, EntriesInFlight / entriesEachCall));
            await Task.WhenAll(Enumerable.Range(0, accounts).Select(async account =>
            {
                await places.WaitAsync();
                await SendAsync(client, account, calls, entriesEachCall, latencies);
                places.Release();
            }));
            var (elapsed, cpu) = span.End();
            await host.StopAsync();
            var stored = Rows(file);
            var name = string.Create(CultureInfo.InvariantCulture, $"AccountClient, {entriesEachCall:N0} entr{(entriesEachCall == 1 ? "y" : "ies")} a call");
            return new Measured(name, accounts * calls * entriesEachCall, stored, Commits: null, elapsed, cpu, latencies);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task SendAsync(AccountClient client, int account, int calls, int entriesEachCall, TimeSpan[] latencies)
    {
        var accountId = Id(account);
        for (var call = 0; call < calls; call++)
        {
            var since = Stopwatch.GetTimestamp();
            if (entriesEachCall == 1)
            {
                Check(await client.RecordAsync(accountId, EntryOf(account, call)));
            }
            else
            {
                var batch = new AccountEntry[entriesEachCall];
                for (var i = 0; i < entriesEachCall; i++)
                    batch[i] = new(accountId, EntryOf(account, (call * entriesEachCall) + i));
                foreach (var outcome in await client.RecordAsync(batch))
                    Check(outcome);
            }

            latencies[(account * calls) + call] = Stopwatch.GetElapsedTime(since);
        }
    }

    // Ids of 16 characters; one credit before its fifty usages.
    private static Entry EntryOf(int account, int n) => n % UsagesEachCredit == 0
        ? new Credit(string.Create(CultureInfo.InvariantCulture, $"c{account:D5}{n:D10}"), 100_000, n, 1_000)
        : new Usage(string.Create(CultureInfo.InvariantCulture, $"u{account:D5}{n:D10}"), 100, n);

    private static string Id(int account) => string.Create(CultureInfo.InvariantCulture, $"account-{account:D8}");

    private static void Check(EntryOutcome outcome)
    {
        if (outcome.Status != OutcomeStatus.Recorded)
            throw new InvalidOperationException($"An entry was {outcome.Status}.");
    }

    private static int Rows(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var count = connection.CreateCommand();
        count.CommandText = "SELECT count(*) FROM journal";
        return Convert.ToInt32(count.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
