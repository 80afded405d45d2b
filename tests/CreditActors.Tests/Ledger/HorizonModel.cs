using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>The table of outcomes with a horizon, told again over everything that was ever recorded.</summary>
internal static class HorizonModel
{
    /// <param name="entry">An entry that keeps the rules, within every limit.</param>
    /// <param name="recorded">All that was recorded before it.</param>
    /// <param name="horizon">The first tick that is open.</param>
    /// <param name="isGone">Whether a standing edition can't be shown any more.</param>
    public static OutcomeStatus Decide(Entry entry, IEnumerable<Entry> recorded, long horizon, Func<Entry, bool> isGone)
    {
        var standing = Oracle.Standing(recorded).FirstOrDefault(other => (other.Kind, other.Id) == (entry.Kind, entry.Id));
        if (standing is not null && standing.Revision > entry.Revision)
            return OutcomeStatus.Superseded;
        if (standing is not null && standing.Revision == entry.Revision)
            return standing == entry ? OutcomeStatus.Duplicate : isGone(standing) ? OutcomeStatus.Late : OutcomeStatus.Conflict;
        if (standing is Credit { Amount: > 0 } runs && runs.Timestamp < horizon && runs.Timestamp + runs.Expiration >= horizon)
        {
            var next = (Credit)entry;
            var keepsWhatIsClosed = next.Timestamp == runs.Timestamp
                && (next.Amount == 0 || (next.Priority == runs.Priority && next.Timestamp + next.Expiration >= horizon));
            return next.Timestamp >= horizon || keepsWhatIsClosed ? OutcomeStatus.Recorded : OutcomeStatus.Late;
        }

        return entry.Timestamp < horizon || standing?.Timestamp < horizon ? OutcomeStatus.Late : OutcomeStatus.Recorded;
    }
}
