namespace CreditActors.Ledger;

/// <summary>What remains of one active credit at a moment of the replay. The end is the credit's, kept here for the comparisons.</summary>
internal readonly record struct Holding(long End, long Remaining, int Credit);
