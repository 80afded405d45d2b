using Akka.Actor;
using Akka.Cluster;

namespace CreditActors.Sharding;

/// <summary>One question to all members, and who has said yes to it.</summary>
/// <param name="number">Which question.</param>
/// <param name="askedAt">A timestamp from before the first of them was asked.</param>
/// <param name="self">Who asks; its own yes is given.</param>
internal sealed class LeaseRound(long number, long askedAt, Address self)
{
    private readonly HashSet<Address> _granted = [self];

    public long Number => number;

    public long AskedAt => askedAt;

    public void Grant(Address by) => _granted.Add(by);

    /// <summary>More than half of the voters; or, as for the split-brain resolver, half with the lowest address among them.</summary>
    /// <param name="voters">Those that decide who is put out. This node may not be one of them.</param>
    public bool IsMajority(IReadOnlyCollection<Address> voters)
    {
        var granted = voters.Count(_granted.Contains);
        return 2 * granted > voters.Count
            || (granted > 0 && 2 * granted == voters.Count && _granted.Contains(voters.Min(Member.AddressOrdering)!));
    }
}
