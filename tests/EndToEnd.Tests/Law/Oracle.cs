namespace EndToEnd.Tests.Law;

/// <summary>
/// The law of the contract, written once more from its words: sort, replay, nothing clever, and no code shared
/// with what it judges.
/// </summary>
internal static class Oracle
{
    /// <summary>The balance of one account at a tick, given all editions of its entries; <c>null</c> when there is none.</summary>
    public static long? BalanceAt(IEnumerable<Edition> editions, long at) => ReplayStanding(Standing(editions), at);

    /// <summary>The same over entries that all stand.</summary>
    public static long? ReplayStanding(IEnumerable<Edition> standing, long at)
    {
        var entries = standing
            .Where(entry => entry.Amount > 0 && entry.Timestamp <= at)
            .OrderBy(entry => entry.Timestamp)
            .ThenBy(entry => entry.IsCredit ? 0 : 1)
            .ThenBy(entry => entry.Id, StringComparer.Ordinal);

        var credits = new List<(Edition Credit, long Remaining)>();
        foreach (var entry in entries)
        {
            if (entry.IsCredit) credits.Add((entry, entry.Amount));
            else Burn(credits, entry);
        }

        Int128 balance = 0;
        foreach (var (credit, remaining) in credits)
        {
            if (IsActive(credit, at)) balance += remaining;
        }

        return balance == 0 ? null : (long)balance;
    }

    /// <summary>For one kind and id the highest revision stands.</summary>
    public static IEnumerable<Edition> Standing(IEnumerable<Edition> editions)
        => editions.GroupBy(edition => (edition.IsCredit, edition.Id)).Select(group => group.MaxBy(edition => edition.Revision)!);

    private static void Burn(List<(Edition Credit, long Remaining)> credits, Edition usage)
    {
        var order = Enumerable.Range(0, credits.Count)
            .Where(i => IsActive(credits[i].Credit, usage.Timestamp))
            .OrderBy(i => credits[i].Credit.Priority)
            .ThenBy(i => credits[i].Credit.End)
            .ThenBy(i => credits[i].Credit.Timestamp)
            .ThenBy(i => credits[i].Credit.Id, StringComparer.Ordinal)
            .ToList();
        var unpaid = usage.Amount;
        foreach (var i in order)
        {
            var burned = Math.Min(unpaid, credits[i].Remaining);
            credits[i] = (credits[i].Credit, credits[i].Remaining - burned);
            unpaid -= burned;
        }
    }

    private static bool IsActive(Edition credit, long at) => credit.Timestamp <= at && at <= credit.End;
}
