using System.Collections.Immutable;
using CreditActors.Ledger;

namespace CreditActors.Protocol;

/// <summary>What one of the rows with which a snapshot begins anew after a closing holds of the closed books.</summary>
/// <param name="Head">The horizon and the sums, in the first of these rows; else null. Its ids are in <paramref name="Ids"/>.</param>
/// <param name="Ids">Some of the ids that have left and aren't forgotten; those of all these rows together are all.</param>
/// <param name="IsLast">True for the last of these rows: the snapshot is whole again.</param>
internal sealed record SegmentBooks(ClosedBooks? Head, ImmutableArray<ClosedIdsPart> Ids, bool IsLast);
