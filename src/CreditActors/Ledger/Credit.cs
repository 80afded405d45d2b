namespace CreditActors.Ledger;

/// <summary>A grant, active at every t in [<see cref="Entry.Timestamp"/>, <see cref="End"/>], both ends included.</summary>
/// <param name="CreditId">1 to 128 characters of printable ASCII without space.</param>
/// <param name="Amount">Credits of the smallest unit, 1 … 2^53−1 (0: void, in a revision ≥ 1).</param>
/// <param name="Timestamp">The first tick at which the credit is active.</param>
/// <param name="Expiration">The length of its span in ticks, 0 … 2^53−1; timestamp + expiration ≤ 2^53−1.</param>
/// <param name="Priority">0 … 100; the lower burns first.</param>
/// <param name="Revision">The number of this edition, 0 … 2^31−1.</param>
public sealed record Credit(
    string CreditId,
    long Amount,
    long Timestamp,
    long Expiration,
    int Priority = Limits.PriorityDefault,
    int Revision = 0) : Entry(Amount, Timestamp, Revision)
{
    public override EntryKind Kind => EntryKind.Credit;

    public override string Id => CreditId;

    /// <summary>
    /// The last tick at which the credit is active, when its values keep their rules. (Where they don't it wraps around: a
    /// refused credit must still be printable.)
    /// </summary>
    public long End => unchecked(Timestamp + Expiration);
}
