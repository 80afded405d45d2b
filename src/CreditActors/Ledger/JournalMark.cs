namespace CreditActors.Ledger;

/// <summary>
/// A point in a journal's growth (not in event time): what had been applied when it was taken.
/// <see cref="Journal.EntriesSince"/> lists what has come after it. <c>default</c> is before everything.
/// </summary>
public readonly record struct JournalMark(int Usages, int Credits, int AmendedUsages, int AmendedCredits)
{
    /// <summary>The growth since an earlier mark; see <see cref="Journal.CountSince"/>.</summary>
    public int CountSince(JournalMark earlier) =>
        Usages - earlier.Usages + (Credits - earlier.Credits)
        + (AmendedUsages - earlier.AmendedUsages) + (AmendedCredits - earlier.AmendedCredits);
}
