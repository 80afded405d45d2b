namespace CreditActors.Accounts;

/// <summary>What a row holds of closed books, when the snapshot begins with it: the ids from one place in their order to another.</summary>
/// <param name="IdsFrom">The first.</param>
/// <param name="IdsTo">The end, not included.</param>
/// <param name="IsFirst">It holds the sums too.</param>
/// <param name="IsLast">The snapshot is whole again with it.</param>
internal sealed record SegmentClosedRow(int IdsFrom, int IdsTo, bool IsFirst, bool IsLast)
{
    /// <summary>One that is saved already; it is never written again, whatever it held.</summary>
    public static SegmentClosedRow Saved { get; } = new(0, 0, IsFirst: false, IsLast: false);
}
