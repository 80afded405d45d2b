using System.Collections.Immutable;
using CreditActors.Ledger;

namespace CreditActors.Protocol;

/// <summary>
/// The one stored event: entries accepted together, in the order of acceptance. Where one event ends and the next begins
/// carries no meaning beyond the version.
/// </summary>
/// <param name="Entries">What was accepted.</param>
/// <param name="Closing">The books are closed, after these entries; null, nearly always: they are not.</param>
public sealed record EntriesRecorded(ImmutableArray<Entry> Entries, Closing? Closing = null) : IWireMessage;
