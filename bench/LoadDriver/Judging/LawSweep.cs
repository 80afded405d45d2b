using LoadDriver.Work;

namespace LoadDriver.Judging;

/// <summary>
/// The law for many instants in one pass, so that a million entries are judged in seconds; the tests hold it against the oracle of
/// tests/EndToEnd.Tests/Law, which is quadratic. No code of the ledger's.
/// </summary>
internal static class LawSweep
{
    /// <summary>The balance at each instant, in their order; 0 for none.</summary>
    /// <param name="entries">All stand; in any order.</param>
    /// <param name="instants">Rising.</param>
    public static long[] BalancesAt(IEnumerable<PlannedEntry> entries, IReadOnlyList<long> instants)
    {
        var sorted = entries.OrderBy(entry => entry.Timestamp).ThenByDescending(entry => entry.IsCredit).ThenBy(entry => entry.Number);
        var balances = new long[instants.Count];
        var lots = new SortedSet<Lot>(BurnOrder);
        var next = 0;
        foreach (var entry in sorted)
        {
            for (; next < instants.Count && instants[next] < entry.Timestamp; next++)
                balances[next] = Sum(lots, instants[next]);
            if (entry.IsCredit)
                lots.Add(new Lot(entry));
            else
                Burn(lots, entry);
        }

        for (; next < instants.Count; next++)
            balances[next] = Sum(lots, instants[next]);
        return balances;
    }

    /// <summary>The least and the greatest that the law allows while it isn't known which of the open entries are stored.</summary>
    /// <remarks>Adding a credit never lowers a balance, and adding a usage never raises one.</remarks>
    public static (long[] Low, long[] High) Between(AccountPage page, IReadOnlyList<long> instants)
    {
        var open = page.Open.ToList();
        var low = BalancesAt(page.Acknowledged.Concat(open.Where(entry => !entry.IsCredit)), instants);
        return (low, open.Count == 0 ? low : BalancesAt(page.Acknowledged.Concat(open.Where(entry => entry.IsCredit)), instants));
    }

    private static readonly Comparer<Lot> BurnOrder = Comparer<Lot>.Create((one, other) =>
    {
        var (a, b) = (one.Credit, other.Credit);
        return (a.Priority, a.End, a.Timestamp, a.Number).CompareTo((b.Priority, b.End, b.Timestamp, b.Number));
    });

    private static void Burn(SortedSet<Lot> lots, in PlannedEntry usage)
    {
        var due = usage.Amount;
        while (due > 0 && lots.Min is { } lot)
        {
            var burned = lot.Credit.End < usage.Timestamp ? 0 : Math.Min(due, lot.Remaining);
            due -= burned;
            lot.Remaining -= burned;
            // Time only moves on: what has ended never burns again.
            if (lot.Remaining == 0 || burned == 0)
                lots.Remove(lot);
        }
    }

    private static long Sum(SortedSet<Lot> lots, long at)
    {
        lots.RemoveWhere(lot => lot.Credit.End < at);
        return lots.Sum(lot => lot.Remaining);
    }

    private sealed class Lot(PlannedEntry credit)
    {
        public PlannedEntry Credit { get; } = credit;

        public long Remaining { get; set; } = credit.Amount;
    }
}
