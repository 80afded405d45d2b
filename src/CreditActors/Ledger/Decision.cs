namespace CreditActors.Ledger;

/// <summary>What an entry would change, compared with the edition that stands; first match from the top of the contract's table.</summary>
/// <param name="Status">Recorded means "is to be recorded": a decision stores nothing.</param>
/// <param name="Standing">The edition that stands, for <see cref="OutcomeStatus.Conflict"/>.</param>
/// <param name="Refusal">The field and the rule, for <see cref="OutcomeStatus.Rejected"/>.</param>
public readonly record struct Decision(OutcomeStatus Status, Entry? Standing = null, Refusal? Refusal = null)
{
    /// <summary>
    /// Compares editions of one identity. Neither the static rules (<see cref="EntryRules"/>) nor the limit on standing
    /// credits are looked at here.
    /// </summary>
    public static Decision Compare(Entry entry, Entry? standing)
    {
        if (standing is null || entry.Revision > standing.Revision)
            return new(OutcomeStatus.Recorded);
        if (entry.Revision < standing.Revision)
            return new(OutcomeStatus.Superseded);
        return entry.Equals(standing) ? new(OutcomeStatus.Duplicate) : new(OutcomeStatus.Conflict, standing);
    }
}
