using System.Collections.Immutable;

namespace CreditActors.Ledger;

/// <summary>What a closing leaves of everything before its horizon, beside the credits that still run.</summary>
/// <param name="Horizon">The first tick that is open.</param>
/// <param name="CreditsSum">The amounts of the credits that have left; they go on counting towards the limit on standing credits.</param>
/// <param name="Sums">What the usages of each closed epoch add up to, less what credits that have left paid of it.</param>
/// <param name="Ids">The ids that have left and aren't forgotten, one list for each closing, oldest first.</param>
internal sealed record ClosedBooks(long Horizon, Int128 CreditsSum, ImmutableArray<ClosedSum> Sums, ImmutableArray<ClosedIds> Ids)
{
    /// <summary>How many ids are still known.</summary>
    public int IdCount => Ids.Sum(ids => ids.Count);

    /// <summary>The ids from one place in their order to another, the latter not included.</summary>
    public ImmutableArray<ClosedIdsPart> IdsBetween(int from, int to)
    {
        var parts = ImmutableArray.CreateBuilder<ClosedIdsPart>();
        var before = 0;
        foreach (var ids in Ids)
        {
            var (first, end) = (Math.Max(from - before, 0), Math.Min(to - before, ids.Count));
            if (first < end)
                parts.Add(ids.Part(first, end));
            before += ids.Count;
        }

        return parts.ToImmutable();
    }

    /// <summary>What becomes of an entry whose id has left; null when it isn't known here.</summary>
    public OutcomeStatus? Find(Entry entry)
    {
        if (Ids.IsEmpty)
            return null;
        var digest = ClosedIds.DigestOf(entry);
        for (var i = Ids.Length - 1; i >= 0; i--)
        {
            if (Ids[i].Find(digest, entry.Revision) is { } status)
                return status;
        }

        return null;
    }
}

/// <summary>The usages of one closed epoch as one: their sum, at the epoch's start.</summary>
/// <param name="At">The epoch's start.</param>
/// <param name="Amount">Their sum, or 2^63−1 where it is more: all standing credits together never are, so both burn everything.</param>
internal readonly record struct ClosedSum(long At, long Amount)
{
    public static ClosedSum Of(long at, Int128 sum) => new(at, sum > long.MaxValue ? long.MaxValue : (long)sum);
}
