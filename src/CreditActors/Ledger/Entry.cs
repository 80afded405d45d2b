namespace CreditActors.Ledger;

/// <summary>
/// A credit or a usage, in one edition. Its identity is (<see cref="Kind"/>, <see cref="Id"/>); the edition with the
/// highest <see cref="Revision"/> stands. Two entries are equal when their whole content is.
/// </summary>
public abstract record Entry
{
    private protected Entry(long amount, long timestamp, int revision)
    {
        Amount = amount;
        Timestamp = timestamp;
        Revision = revision;
    }

    public abstract EntryKind Kind { get; }

    /// <summary>The creditId or usageId, compared ordinally.</summary>
    public abstract string Id { get; }

    /// <summary>Credits of the smallest unit, 1 … 2^53−1; 0 voids the entry and is allowed only in a revision ≥ 1.</summary>
    public long Amount { get; init; }

    /// <summary>Event time in ticks, |t| ≤ 2^53−1.</summary>
    public long Timestamp { get; init; }

    /// <summary>The number of this edition, 0 … 2^31−1.</summary>
    public int Revision { get; init; }

    /// <summary>True when this edition takes the entry back: it stands, but has no effect and is in no list.</summary>
    public bool IsVoid => Amount == 0;
}
