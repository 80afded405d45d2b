using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// Whether this node may answer from the memory of its accounts. A node that was paused, or cut off, can wake after others
/// have taken its accounts over, and what it remembers is then old. So each node holds a lease that it has to renew with a
/// majority of the cluster; while it has none, its accounts answer "unavailable". Whoever renews it sees to its safety
/// (Sharding's <c>LeaseKeeper</c>). Held without end until somebody says otherwise: an actor system that forms no
/// cluster has nobody to lose its accounts to. Safe to use from any thread.
/// </summary>
internal sealed class MembershipLease(TimeProvider time) : IExtension
{
    private const long WithoutEnd = long.MaxValue;
    private const long NotAtAll = long.MinValue;

    private long _until = WithoutEnd;

    public bool IsHeld => Volatile.Read(ref _until) is var until && (until == WithoutEnd || (until != NotAtAll && time.GetTimestamp() < until));

    public void HoldWithoutEnd() => Volatile.Write(ref _until, WithoutEnd);

    /// <param name="until">A timestamp of the time provider; a lease that already lasts longer is left alone.</param>
    public void HoldUntil(long until)
    {
        var current = Volatile.Read(ref _until);
        if (current == WithoutEnd || current < until)
            Volatile.Write(ref _until, until);
    }

    public void Lose() => Volatile.Write(ref _until, NotAtAll);
}
