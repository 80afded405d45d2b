namespace AzureLlm;

/// <summary>
/// What the accounts may spend. k is the two digits of an account's name.
/// <list type="bullet">
/// <item>Everyone has a weekly credit of (1 + k mod 5) × 300,000 from Monday 00:00 UTC, and the next week's.</item>
/// <item>Everyone has a daily credit of 150,000. Where k is odd the account's day is India's: it ends at 18:30 UTC,
/// in the middle of the hour, and the next one begins.</item>
/// <item>Where k mod 3 is 0 a promotion of 250,000 runs from 18:40 to 19:00 UTC.</item>
/// </list>
/// The promotion burns first (priority 10), then the day (20), then the week (the default, 50).
/// A span ends one millisecond before the next begins, because a credit is active at both of its ends.
/// </summary>
internal static class Grants
{
    private const long DayMs = 24 * 60 * 60 * 1000;
    private const long WeekMs = 7 * DayMs;
    private const long PromotionMs = 20 * 60 * 1000;

    public static IEnumerable<Entry> All() => Accounts.All.SelectMany(Of);

    private static IEnumerable<Entry> Of(string account)
    {
        var k = (account[^2] - '0') * 10 + (account[^1] - '0');

        var weekly = (1 + k % 5) * 300_000L;
        yield return Grant(account, "week-2023-11-13", weekly, "2023-11-13 00:00", WeekMs);
        yield return Grant(account, "week-2023-11-20", weekly, "2023-11-20 00:00", WeekMs);

        if (k % 2 == 0)
            yield return Grant(account, "day-2023-11-16", 150_000, "2023-11-16 00:00", DayMs, priority: 20);
        else
        {
            yield return Grant(account, "day-2023-11-16", 150_000, "2023-11-15 18:30", DayMs, priority: 20);
            yield return Grant(account, "day-2023-11-17", 150_000, "2023-11-16 18:30", DayMs, priority: 20);
        }

        if (k % 3 == 0)
            yield return Grant(account, "promotion", 250_000, "2023-11-16 18:40", PromotionMs, priority: 10);
    }

    private static Entry Grant(string account, string creditId, long amount, string start, long lengthMs, int? priority = null)
        => new()
        {
            AccountId = account,
            CreditId = creditId,
            Amount = amount,
            Timestamp = Instants.Parse(start),
            Expiration = lengthMs - 1,
            Priority = priority,
        };
}
