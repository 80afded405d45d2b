using System.Globalization;
using EndToEnd.Tests.Hosting;
using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Examples;

/// <summary>
/// The example's program against a real Host. What it prints is compared with the oracle, over entries made here
/// once more from the rules in the example's README.
/// </summary>
public sealed class AzureLlmTests(ITestOutputHelper output)
{
    private static readonly string[] _instants =
    [
        "2023-11-16 18:29:59.999", "2023-11-16 18:30", "2023-11-16 18:45", "2023-11-16 19:00", "2023-11-16 19:15", "2023-11-20 00:00",
    ];

    [Fact(Timeout = 300_000)]
    public async Task Whatever_the_order_and_however_often_the_balances_are_the_laws()
    {
        var expected = ExpectedTable();

        // On a fresh Host by two seeds, and then once more on the second: everything is known already.
        Assert.Equal(expected, await PrintedOnAFreshHostAsync("1"));
        await using var host = new TemporaryHost(output);
        await host.StartAsync();
        Assert.Equal(expected, await PrintedAsync(host, "20231116"));
        Assert.Equal(expected, await PrintedAsync(host, "3"));
        await host.KillAsync();
        await host.StartAsync();
        Assert.Equal(expected, await PrintedAsync(host, "4"));
    }

    private async Task<string> PrintedOnAFreshHostAsync(string seed)
    {
        await using var host = new TemporaryHost(output);
        await host.StartAsync();
        return await PrintedAsync(host, seed);
    }

    /// <summary>What the program printed, up to the empty line behind which this run's seed and outcomes stand.</summary>
    private static async Task<string> PrintedAsync(TemporaryHost host, string seed)
    {
        var (exitCode, printed, errors) = await Command.RunAsync("dotnet", BuiltPrograms.AzureLlmDll, host.Url.ToString(), seed);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains($"seed {seed}:", printed, StringComparison.Ordinal);
        return printed[..printed.IndexOf("\n\n", StringComparison.Ordinal)];
    }

    private static string ExpectedTable()
    {
        var entries = Entries();
        var lines = new List<string> { "account   entries     tokens  18:29:59.999         18:30         18:45         19:00         19:15     next week" };
        foreach (var account in entries.GroupBy(entry => entry.AccountId).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var balances = _instants.Select(at => Oracle.BalanceAt(account, Ticks(at)));
            lines.Add($"{account.Key,-8}{Number(account.Count()),9}{Number(Tokens(account)),11}{string.Concat(balances.Select(balance => $"{(balance is null ? "none" : Number(balance.Value)),14}"))}");
        }

        lines.Add($"{"all",-8}{Number(entries.Count),9}{Number(Tokens(entries)),11}");
        return string.Join('\n', lines);
    }

    private static long Tokens(IEnumerable<Edition> entries) => entries.Where(entry => !entry.IsCredit).Sum(entry => entry.Amount);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static List<Edition> Entries()
    {
        var entries = new List<Edition>();
        foreach (var (service, accounts) in new[] { ("conv", 24), ("code", 16) })
        {
            var rows = File.ReadAllLines(Path.Combine(BuiltPrograms.RepositoryRoot, "examples", "azure-llm", $"azure-llm-2023-{service}.csv"));
            for (var n = 1; n < rows.Length; n++)
            {
                var columns = rows[n].Split(',');
                entries.Add(Edition.Usage(
                    AccountOf(service, n % accounts), $"{service}-{n:D6}", Number(columns[1]) + Number(columns[2]), Ticks(columns[0])));
            }

            for (var k = 0; k < accounts; k++) entries.AddRange(CreditsOf(AccountOf(service, k), k));
        }

        return entries;

        static long Number(string column) => long.Parse(column, CultureInfo.InvariantCulture);
    }

    private static string AccountOf(string service, int k) => $"{(service == "conv" ? "chat" : "code")}-{k:D2}";

    private static IEnumerable<Edition> CreditsOf(string account, int k)
    {
        const long Hours = 3_600_000;
        var weekly = 300_000 * (1 + k % 5);
        yield return Edition.Credit(account, "week-2023-11-13", weekly, Ticks("2023-11-13 00:00"), 7 * 24 * Hours - 1);
        yield return Edition.Credit(account, "week-2023-11-20", weekly, Ticks("2023-11-20 00:00"), 7 * 24 * Hours - 1);
        if (k % 2 == 0) yield return Edition.Credit(account, "day-2023-11-16", 150_000, Ticks("2023-11-16 00:00"), 24 * Hours - 1, priority: 20);
        if (k % 2 == 1) yield return Edition.Credit(account, "day-2023-11-16", 150_000, Ticks("2023-11-15 18:30"), 24 * Hours - 1, priority: 20);
        if (k % 2 == 1) yield return Edition.Credit(account, "day-2023-11-17", 150_000, Ticks("2023-11-16 18:30"), 24 * Hours - 1, priority: 20);
        if (k % 3 == 0) yield return Edition.Credit(account, "promotion", 250_000, Ticks("2023-11-16 18:40"), Hours / 3 - 1, priority: 10);
    }

    private static long Ticks(string utc)
        => new DateTimeOffset(DateTime.Parse(utc, CultureInfo.InvariantCulture), TimeSpan.Zero).Ticks / TimeSpan.TicksPerMillisecond
        - DateTimeOffset.UnixEpoch.Ticks / TimeSpan.TicksPerMillisecond;
}
