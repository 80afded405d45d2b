using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// Whether this node may answer from the memory of its accounts. A node that was paused, or cut off, can wake after others
/// have taken its accounts over, and what it remembers is then old. So each node holds a lease that it has to renew with a
/// majority of the cluster; while it has none, its accounts answer "unavailable". Whoever renews it sees to its safety
/// (Sharding's <c>LeaseKeeper</c>). Held without end until somebody says otherwise: an actor system that forms no
/// cluster has nobody to lose its accounts to. Safe to use from any thread.
/// <para>
/// A second limit, beside it: where others may found a cluster anew over the same event store when they see no sign of life of
/// this one, its nodes answer no longer than their last sign of life counts (<see cref="Limit"/>). A majority alone doesn't help
/// there: all of it may have been paused, and wakes.
/// </para>
/// </summary>
internal sealed class MembershipLease(TimeProvider time) : IExtension
{
    private const long WithoutEnd = long.MaxValue;
    private const long NotAtAll = long.MinValue;

    private long _until = WithoutEnd;
    private long _limit = WithoutEnd;

    public bool IsHeld => IsGranted && IsWithinLimit;

    /// <summary>As far as the other members are concerned.</summary>
    public bool IsGranted => IsBefore(Volatile.Read(ref _until));

    /// <summary>As far as this node's own signs of life are concerned.</summary>
    public bool IsWithinLimit => IsBefore(Volatile.Read(ref _limit));

    public void HoldWithoutEnd() => Volatile.Write(ref _until, WithoutEnd);

    /// <param name="until">A timestamp of the time provider; a lease that already lasts longer is left alone.</param>
    public void HoldUntil(long until)
    {
        var current = Volatile.Read(ref _until);
        if (current == WithoutEnd || current < until)
            Volatile.Write(ref _until, until);
    }

    /// <summary>Called by one thread at a time.</summary>
    /// <param name="until">A timestamp of the time provider; a later one moves it on, an earlier one is nothing.</param>
    public void Limit(long until)
    {
        var current = Volatile.Read(ref _limit);
        if (current == WithoutEnd || (current != NotAtAll && current < until))
            Volatile.Write(ref _limit, until);
    }

    /// <summary>For ever: another cluster has this node's accounts. Called by whoever calls <see cref="Limit"/>.</summary>
    public void Revoke() => Volatile.Write(ref _limit, NotAtAll);

    public void Lose() => Volatile.Write(ref _until, NotAtAll);

    private bool IsBefore(long until) => until == WithoutEnd || (until != NotAtAll && time.GetTimestamp() < until);
}
