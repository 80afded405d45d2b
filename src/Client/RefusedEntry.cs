namespace GpuCredit.Client;

/// <summary>An entry that the buffer gives back.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Outcome">
/// Why: conflict, rejected or late, which sending again can never change; or unavailable, when the buffer closed before the entry
/// was acknowledged, and it is in no spool.
/// </param>
public readonly record struct RefusedEntry(Entry Entry, EntryOutcome Outcome);
