using System.Collections.Immutable;

namespace CreditActors.Ledger;

/// <summary>A stretch of <see cref="ClosedIds"/>, to be stored.</summary>
/// <param name="Horizon">The horizon by which they left.</param>
/// <param name="Digests">Rising, and all after those of the stretch before.</param>
/// <param name="Revisions">One for each digest; empty when all are 0.</param>
internal sealed record ClosedIdsPart(long Horizon, ImmutableArray<UInt128> Digests, ImmutableArray<int> Revisions);
