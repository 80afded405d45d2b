using System.Globalization;

namespace AzureLlm;

/// <summary>What the program prints: for each account what was sent, and its balance at a few instants.</summary>
internal static class BalanceTable
{
    private static readonly (string Heading, string At)[] _instants =
    [
        ("18:29:59.999", "2023-11-16 18:29:59.999"),
        ("18:30", "2023-11-16 18:30"),
        ("18:45", "2023-11-16 18:45"),
        ("19:00", "2023-11-16 19:00"),
        ("19:15", "2023-11-16 19:15"),
        ("next week", "2023-11-20 00:00"),
    ];

    public static async Task PrintAsync(TextWriter output, LedgerClient ledger, IReadOnlyList<Entry> entries)
    {
        await output.WriteLineAsync("account   entries     tokens" + string.Concat(_instants.Select(instant => $"{instant.Heading,14}")));
        var used = 0L;
        foreach (var account in entries.GroupBy(entry => entry.AccountId).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var tokens = account.Where(entry => entry.UsageId is not null).Sum(entry => entry.Amount);
            used += tokens;
            var line = string.Create(CultureInfo.InvariantCulture, $"{account.Key,-8}{account.Count(),9:N0}{tokens,11:N0}");
            foreach (var (_, at) in _instants)
            {
                var balance = await ledger.BalanceAsync(account.Key, Instants.Parse(at));
                line += string.Create(CultureInfo.InvariantCulture, $"{(balance is { } amount ? amount.ToString("N0", CultureInfo.InvariantCulture) : "none"),14}");
            }

            await output.WriteLineAsync(line);
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{"all",-8}{entries.Count,9:N0}{used,11:N0}"));
    }
}
