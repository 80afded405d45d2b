namespace CreditActors.Ledger;

/// <summary>
/// What remains of each active credit at an epoch's start, of those of which something remains: a copy of every lane of an
/// <see cref="ActiveCredits"/>. Derived, droppable.
/// </summary>
/// <param name="Lanes">The priority and the number of holdings of each lane, in burn order.</param>
/// <param name="Holdings">Every lane's holdings, one lane after the other.</param>
/// <param name="Total">The sum of what remains.</param>
/// <param name="EpochsSinceSpaced">0 for a checkpoint kept for its distance from the one before; else the epochs since such a one.</param>
internal sealed record Checkpoint((int Priority, int Count)[] Lanes, Holding[] Holdings, long Total, int EpochsSinceSpaced);
