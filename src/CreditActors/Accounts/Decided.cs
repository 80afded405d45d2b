using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>One entry's outcome as far as it is known before the store has answered.</summary>
/// <param name="Known">The outcome; null: recorded, once <paramref name="Lean"/> is stored.</param>
/// <param name="Lean">The batch without which the outcome wouldn't be true; null: it rests on what is stored.</param>
internal readonly record struct Decided<TCaller>(EntryOutcome? Known, Batch<TCaller>? Lean);
