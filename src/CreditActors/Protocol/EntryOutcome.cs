using CreditActors.Ledger;

namespace CreditActors.Protocol;

/// <summary>What became of one entry.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Version">The account's version after it; 0 for an account that nothing was stored for, and where the version isn't known.</param>
/// <param name="Refusal">The field and the rule, for <see cref="OutcomeStatus.Rejected"/>.</param>
/// <param name="Standing">The edition that stands, for <see cref="OutcomeStatus.Conflict"/>.</param>
public sealed record EntryOutcome(OutcomeStatus Status, long Version, Refusal? Refusal = null, Entry? Standing = null)
{
    /// <summary>The entry is not known to be stored; sending it again is safe.</summary>
    public static EntryOutcome Unavailable { get; } = new(OutcomeStatus.Unavailable, 0);

    public static EntryOutcome Rejected(Refusal refusal, long version = 0) => new(OutcomeStatus.Rejected, version, refusal);
}
