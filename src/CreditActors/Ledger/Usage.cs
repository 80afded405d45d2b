namespace CreditActors.Ledger;

/// <summary>Credits spent at an instant of event time.</summary>
/// <param name="UsageId">1 to 128 characters of printable ASCII without space.</param>
/// <param name="Amount">Credits of the smallest unit, 1 … 2^53−1 (0: void, in a revision ≥ 1).</param>
/// <param name="Timestamp">The tick at which they were spent.</param>
/// <param name="Revision">The number of this edition, 0 … 2^31−1.</param>
public sealed record Usage(string UsageId, long Amount, long Timestamp, int Revision = 0)
    : Entry(Amount, Timestamp, Revision)
{
    public override EntryKind Kind => EntryKind.Usage;

    public override string Id => UsageId;
}
