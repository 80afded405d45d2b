namespace CreditActors.Ledger;

/// <summary>Every bound of a value in the contract, in one place. All are inclusive.</summary>
public static class Limits
{
    /// <summary>Characters of an account's, credit's, usage's or hold's id: 1 to 128 of printable ASCII without space (0x21–0x7E).</summary>
    public const int IdCharsMax = 128;

    /// <summary>The greatest amount of one entry, 2^53−1 credits of the smallest unit.</summary>
    public const long AmountMax = (1L << 53) - 1;

    /// <summary>The greatest distance of a timestamp from tick 0, and the last tick at which a credit may end.</summary>
    public const long TicksMax = (1L << 53) - 1;

    /// <summary>The greatest length of a credit's span in ticks.</summary>
    public const long ExpirationMax = (1L << 53) - 1;

    public const int PriorityMax = 100;

    public const int PriorityDefault = 50;

    public const int RevisionMax = int.MaxValue;

    /// <summary>The standing credits of one account add up to at most this, so that a balance always fits a <see cref="long"/>.</summary>
    public const long StandingCreditsMax = long.MaxValue;
}
