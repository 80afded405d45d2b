using System.Collections.Immutable;
using CreditActors.Ledger;

namespace CreditActors.Protocol;

/// <summary>
/// The one stored event: entries accepted together, in the order of acceptance. Where one event ends and the next begins
/// carries no meaning beyond the version.
/// </summary>
public sealed record EntriesRecorded(ImmutableArray<Entry> Entries) : IWireMessage;
