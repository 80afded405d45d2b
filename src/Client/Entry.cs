namespace GpuCredit.Client;

/// <summary>
/// A credit or a usage of an account. A value, so that adding one to an <see cref="EntryBuffer"/> allocates nothing; the server
/// checks its rules, and names the one that it breaks.
/// </summary>
public readonly record struct Entry
{
    /// <summary>The priority of a credit that names none.</summary>
    public const int PriorityDefault = 50;

    /// <summary>Which of the two it is.</summary>
    public EntryKind Kind { get; private init; }

    /// <summary>The account: 1 to 128 characters of printable ASCII without space, not <c>.</c> or <c>..</c>.</summary>
    public string AccountId { get; private init; }

    /// <summary>The creditId or usageId: the same again changes nothing. 1 to 128 characters of printable ASCII without space.</summary>
    public string Id { get; private init; }

    /// <summary>Whole credits of the smallest unit, 1 to 2^53−1; 0 only as a void, in a revision of 1 or more.</summary>
    public long Amount { get; private init; }

    /// <summary>The tick at which a credit starts, or a usage was made; |t| ≤ 2^53−1.</summary>
    public long Timestamp { get; private init; }

    /// <summary>A credit's length in ticks, 0 to 2^53−1: it is active to timestamp + expiration, that tick included. 0 for a usage.</summary>
    public long Expiration { get; private init; }

    /// <summary>A credit's priority, 0 to 100; the lower burns first. 0 for a usage.</summary>
    public int Priority { get; private init; }

    /// <summary>The number of this edition, 0 at first; the highest stands.</summary>
    public int Revision { get; private init; }

    /// <summary>A grant, active from <paramref name="timestamp"/> to <paramref name="timestamp"/> + <paramref name="expiration"/>, both included.</summary>
    public static Entry Credit(
        string accountId, string creditId, long amount, long timestamp, long expiration, int priority = PriorityDefault, int revision = 0) => new()
        {
            Kind = EntryKind.Credit,
            AccountId = accountId,
            Id = creditId,
            Amount = amount,
            Timestamp = timestamp,
            Expiration = expiration,
            Priority = priority,
            Revision = revision,
        };

    /// <summary>Credits spent at <paramref name="timestamp"/>.</summary>
    public static Entry Usage(string accountId, string usageId, long amount, long timestamp, int revision = 0) => new()
    {
        Kind = EntryKind.Usage,
        AccountId = accountId,
        Id = usageId,
        Amount = amount,
        Timestamp = timestamp,
        Revision = revision,
    };
}
