namespace CreditActors.Ledger;

/// <summary>Which entries are <see cref="OutcomeStatus.Late"/>: see docs/decisions/0009-horizon.md.</summary>
internal static class Lateness
{
    /// <param name="entry">An edition that would be recorded if there were no horizon.</param>
    /// <param name="standing">The edition that it would replace; null when there is none.</param>
    /// <param name="horizon">The first tick that is open; <see cref="long.MinValue"/>: nothing is late.</param>
    public static bool IsLate(Entry entry, Entry? standing, long horizon)
    {
        if (standing is Credit { IsVoid: false } runs && runs.Timestamp < horizon && runs.End >= horizon)
            return entry.Timestamp < horizon && !KeepsWhatIsClosed((Credit)entry, runs, horizon);
        return entry.Timestamp < horizon || standing?.Timestamp < horizon;
    }

    /// <summary>A credit that still runs stays amendable in whatever doesn't cut into a closed epoch.</summary>
    private static bool KeepsWhatIsClosed(Credit edition, Credit standing, long horizon) =>
        edition.Timestamp == standing.Timestamp
        && (edition.IsVoid || (edition.Priority == standing.Priority && edition.End >= horizon));
}
