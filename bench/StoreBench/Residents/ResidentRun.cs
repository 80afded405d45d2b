using System.Diagnostics;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.DependencyInjection;
using PeerBench.Work;

namespace StoreBench.Residents;

/// <summary>
/// More accounts than memory holds, through one node's AccountClient: written, asked at random, those in memory asked again, and
/// a few written to while the others are asked. Every answer is checked.
/// </summary>
internal sealed class ResidentRun(Population population, string budget, TimeSpan each, string[] store)
{
    private const int Callers = 256;

    /// <summary>Who asks beside the ingest: as many as the node reads at once, and thousands that wait.</summary>
    private const int StormCallers = 4_096;

    private const int WriterAccounts = 500;

    /// <summary>The most recently asked, of which all are surely in memory still.</summary>
    private const int WarmAccountsMax = 10_000;

    private static readonly TimeSpan WithoutEnd = TimeSpan.FromDays(1);
    private static readonly TimeSpan SettledWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<ResidentReport> RunAsync()
    {
        await using var host = await StartAsync();
        var client = host.Services.GetRequiredService<AccountClient>();
        using var memory = new NodeMemory();
        var report = new ResidentReport(population, memory.Budget);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        report.Empty = NodeMemory.ResidentMiB;

        report.Add("accounts written, all their entries in one call", await Rate.MeasureAsync(Callers, WithoutEnd, population.Accounts, number => WriteAsync(client, (int)number)), entriesEach: population.EntriesEach);
        await SettleAsync(memory);
        var heap = GC.GetTotalMemory(forceFullCollection: true) - before;
        report.Weigh(memory.Accounts, memory.Bytes, heap, NodeMemory.ResidentMiB);

        var wakes = memory.Wakes;
        var random = await Rate.MeasureAsync(Callers, each, long.MaxValue, number => AskAsync(client, AtRandom(number, population.Accounts)));
        report.Add("asked at random, all accounts", random, cold: memory.Wakes - wakes);

        var warm = (int)Math.Min(WarmAccountsMax, memory.Accounts / 4);
        await Rate.MeasureAsync(Callers, WithoutEnd, warm, number => AskAsync(client, (int)number));
        wakes = memory.Wakes;
        report.Add($"asked at random, {warm:N0} accounts in memory", await Rate.MeasureAsync(Callers, each, long.MaxValue, number => AskAsync(client, AtRandom(number, warm))), cold: memory.Wakes - wakes);

        await Rate.MeasureAsync(Callers, WithoutEnd, WriterAccounts, number => UseAsync(client, number));
        report.Add($"usages written one at a time to {WriterAccounts} accounts, alone", await Rate.MeasureAsync(Callers, each, long.MaxValue, number => UseAsync(client, WriterAccounts + number)));
        wakes = memory.Wakes;
        var storm = Rate.MeasureAsync(StormCallers, each, long.MaxValue, number => AskAsync(client, AtRandom(number + int.MaxValue, population.Accounts)));
        report.Add($"the same, while {StormCallers:N0} ask all accounts at random", await Rate.MeasureAsync(Callers, each, long.MaxValue, number => UseAsync(client, (long)int.MaxValue + number)));
        report.Add($"those {StormCallers:N0}", await storm, cold: memory.Wakes - wakes);
        report.Evictions = memory.Evictions;
        report.Peak = NodeMemory.PeakMiB;
        await host.StopAsync();
        return report;
    }

    private async Task<GpuCreditHost> StartAsync()
    {
        var host = await GpuCredit.Host.Program.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default", "Error", "--GpuCredit:ResidentBytes", budget, .. store,
        ]);
        await host.StartAsync();
        var client = host.Services.GetRequiredService<AccountClient>();
        while (!(await client.GetBalanceAsync("first", 0)).IsAvailable)
            await Task.Delay(Pause);
        return host;
    }

    /// <summary>Those that were asked to leave are gone.</summary>
    private static async Task SettleAsync(NodeMemory memory)
    {
        var since = Stopwatch.GetTimestamp();
        while (memory.Bytes > memory.Budget && Stopwatch.GetElapsedTime(since) < SettledWithin)
            await Task.Delay(Pause);
    }

    private static int AtRandom(long number, int accounts) => (int)new Chance((ulong)number).Between(0, accounts - 1);

    private async Task WriteAsync(AccountClient client, int account)
    {
        foreach (var outcome in await client.RecordAsync(population.EntriesOf(account)))
            Check(outcome);
    }

    private static async Task UseAsync(AccountClient client, long number) =>
        Check(await client.RecordAsync($"writer-{number % WriterAccounts}", new Usage($"usage-{number}", 1, number)));

    private async Task AskAsync(AccountClient client, int account)
    {
        var ask = await client.GetBalanceAsync(Population.Id(account), Population.Now);
        if (ask.Answer?.Balance != population.BalanceOf(account))
            throw new InvalidOperationException($"{Population.Id(account)} holds {population.BalanceOf(account)}, and the answer was {ask.Answer?.Balance.ToString() ?? "none"}.");
    }

    private static void Check(EntryOutcome outcome)
    {
        if (outcome.Status != OutcomeStatus.Recorded)
            throw new InvalidOperationException($"An entry was {outcome.Status}.");
    }
}
