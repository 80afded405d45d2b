using CreditActors.Ledger;

namespace CreditActors.Accounts;

/// <summary>A stretch of an account's growth that is, or will be, one row of its snapshot.</summary>
/// <param name="Version">The last version that it covers; it begins after the row before it.</param>
/// <param name="From">Where the journal stood before it.</param>
/// <param name="To">Where the journal stood after it.</param>
/// <param name="Entries">Entries between the two.</param>
/// <param name="Closed">One of the rows with which the snapshot began anew after a closing; it is merged with no other.</param>
internal readonly record struct Segment(long Version, JournalMark From, JournalMark To, int Entries, SegmentClosedRow? Closed = null);
