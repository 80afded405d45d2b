using System.Collections.Immutable;

namespace CreditActors.Accounts;

/// <summary>The next row to save.</summary>
/// <param name="Row">What it covers.</param>
/// <param name="OlderVersions">The rows that count beside it.</param>
/// <param name="Replaced">The rows that it makes superfluous, once it is saved.</param>
/// <param name="OlderEntries">How many entries the rows that count beside it hold together.</param>
internal sealed record SnapshotCut(Segment Row, ImmutableArray<long> OlderVersions, ImmutableArray<long> Replaced, long OlderEntries);
