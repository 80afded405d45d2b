using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Sharding;
using Microsoft.Extensions.DependencyInjection;
using Postgres;
using StoreBench.Residents;

namespace StoreBench;

/// <summary>
/// What it costs to wake an account: new ones on an empty store, by asking each for its balance; then all of them again, with entries in them, at the
/// next start. Processor time is this process's, so that a server's own isn't in it.
/// </summary>
internal static class WakeRun
{
    private const int Callers = 256;
    private const int WarmUp = 2_000;
    private static readonly TimeSpan s_withoutEnd = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(string[] args)
    {
        var accounts = args.Length > 0 ? int.Parse(args[0], null) : 20_000;
        var population = new Population(accounts, args.Length > 1 ? int.Parse(args[1], null) : 20);
        var folder = Directory.CreateTempSubdirectory("gpucredit-wake-");
        try
        {
            await using var server = args.Length > 2 && args[2] == "postgres" ? await PostgresServer.StartAsync() : null;
            string[] store = server is null
                ? ["--GpuCredit:ConnectionString", $"Data Source={Path.Combine(folder.FullName, "gpucredit.db")}"]
                : ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", await server.CreateDatabaseAsync("wake")];
            Console.WriteLine(Machine.Describe(folder.FullName));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{accounts:N0} accounts, {population.EntriesEach} entries each, {Callers} callers, {(server is null ? "SQLite" : "PostgreSQL on the same machine")}"));
            Console.WriteLine();
            Console.WriteLine("| | accounts/s | CPU each | allocated each |\n|---|---:|---:|---:|");

            await WithHostAsync(store, async client =>
            {
                await MeasureAsync("new accounts, asked", client, accounts, (at, account) => AskAsync(client, $"new-{account}", at, 0));
                await MeasureAsync("new accounts, written", client, accounts, (_, account) => WriteAsync(client, population, account));
            });
            await WithHostAsync(store, client => MeasureAsync(
                "accounts with entries, asked", client, accounts, (at, account) => AskAsync(client, Population.Id(account), at, population.BalanceOf(account))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string name, AccountClient client, int accounts, Func<long, int, Task> call)
    {
        // The first of all pay for compiling.
        await Rate.MeasureAsync(Callers, s_withoutEnd, WarmUp, number => AskAsync(client, $"{name.Replace(' ', '-')}-{number}", Population.Now, 0));
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var span = Span.Begin();
        await Rate.MeasureAsync(Callers, s_withoutEnd, accounts, number => call(Population.Now, (int)number));
        var (elapsed, cpu) = span.End();
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {accounts / elapsed.TotalSeconds:N0} | {cpu.TotalMicroseconds / accounts:N0} µs | {allocated / accounts:N0} B |"));
    }

    private static async Task WithHostAsync(string[] store, Func<AccountClient, Task> use)
    {
        await using var host = await GpuCredit.Host.Program.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0",
            "--Logging:LogLevel:Default", "Error", .. store,
        ]);
        await host.StartAsync();
        var client = host.Services.GetRequiredService<AccountClient>();
        while (!(await client.GetBalanceAsync("first", 0)).IsAvailable)
            await Task.Delay(s_pause);
        await use(client);
        await host.StopAsync();
    }

    private static async Task AskAsync(AccountClient client, string accountId, long at, long balance)
    {
        var ask = await client.GetBalanceAsync(accountId, at);
        if (ask.Answer?.Balance != balance)
            throw new InvalidOperationException($"{accountId} holds {balance}, and the answer was {ask.Answer?.Balance.ToString() ?? "none"}.");
    }

    private static async Task WriteAsync(AccountClient client, Population population, int account)
    {
        foreach (var outcome in await client.RecordAsync(population.EntriesOf(account)))
        {
            if (outcome.Status != OutcomeStatus.Recorded)
                throw new InvalidOperationException($"An entry was {outcome.Status}.");
        }
    }
}
