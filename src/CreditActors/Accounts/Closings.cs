using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// How many closings the accounts of one node have begun and carried out since it started, and what they folded. Those that an account
/// carries out while it is read count not: they are part of its recovery. Safe to use from any thread.
/// </summary>
internal sealed class Closings : IExtension
{
    private long _begun;
    private long _carriedOut;
    private long _folded;
    private int _underWay;

    /// <summary>Closings that were stored.</summary>
    public long Begun => Interlocked.Read(ref _begun);

    /// <summary>Those of them that this node has carried out. The others are <see cref="UnderWay"/>, or their account has stopped.</summary>
    public long CarriedOut => Interlocked.Read(ref _carriedOut);

    /// <summary>Entries that left their journals by them.</summary>
    public long Folded => Interlocked.Read(ref _folded);

    /// <summary>Closings that are being carried out now.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>A closing is stored. It ends by <see cref="End"/> or <see cref="Leave"/>.</summary>
    public void Begin()
    {
        Interlocked.Increment(ref _begun);
        Interlocked.Increment(ref _underWay);
    }

    /// <summary>It is carried out.</summary>
    /// <param name="folded">How many entries have left by it.</param>
    public void End(int folded)
    {
        Interlocked.Increment(ref _carriedOut);
        Interlocked.Add(ref _folded, folded);
        Interlocked.Decrement(ref _underWay);
    }

    /// <summary>Its account stops in the middle of it: whoever reads the account next carries it out.</summary>
    public void Leave() => Interlocked.Decrement(ref _underWay);
}
