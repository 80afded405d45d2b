using System.Collections.Immutable;
using CreditActors.Ledger;

namespace CreditActors.Protocol;

/// <summary>
/// One row of an account's snapshot: the entries that came after the newest of the older rows, up to
/// <paramref name="Version"/>. A snapshot is all rows together, so that a cut writes what grew and not what is.
/// </summary>
/// <param name="OlderVersions">The versions of the older rows that still count, rising; empty when this row holds everything.</param>
/// <param name="Version">The last version (sequence number) that this row covers.</param>
/// <param name="Entries">Standing editions, in any order.</param>
/// <param name="Books">What it holds of closed books, when the snapshot begins with this row and those before it; else null.</param>
/// <param name="OlderEntries">About how many entries the older rows hold together, so that there can be room for them; 0 where nobody has said.</param>
internal sealed record AccountSegment(ImmutableArray<long> OlderVersions, long Version, PackedEntries Entries, SegmentBooks? Books = null, long OlderEntries = 0) : IWireMessage
{
    /// <summary>True when more rows belong to it than those that it names: without them it is no account.</summary>
    public bool IsFragment => Books is { IsLast: false };

    /// <summary>
    /// False when no snapshot has the one row behind the other. Those with which it begins anew after a closing are its first, the sums are in
    /// the first of them, and no other row has books.
    /// </summary>
    /// <param name="former">The row before it; null when it is the first.</param>
    public bool MayFollow(AccountSegment? former) => former switch
    {
        null => Books is null or { Head: not null },
        { IsFragment: true } => Books is { Head: null },
        _ => Books is null,
    };
}
