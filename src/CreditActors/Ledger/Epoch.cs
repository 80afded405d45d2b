namespace CreditActors.Ledger;

/// <summary>
/// A span of event time, from its start (inclusive) to the next epoch's (exclusive), in which the set of active credits is
/// constant, and with it the burn order: only the sum of its usages matters to what remains at its end.
/// </summary>
internal sealed class Epoch
{
    /// <summary>What remains of the credits active at the start, before any usage of this epoch. Derived; see <see cref="Replay"/>.</summary>
    public long TotalAtStart;

    /// <summary>What remains of each of them, for some epochs only. Derived; see <see cref="Replay"/>.</summary>
    public Checkpoint? Checkpoint;

    /// <summary>The first of the credits that start here, linked through <see cref="CreditTable.CreditRow.NextStarting"/>.</summary>
    public int FirstStarting = CreditTable.None;

    /// <summary>The number of standing credits that start here, or whose last tick is the one before. At 0 the boundary goes.</summary>
    public int Boundaries;

    public UsageRun Usages;
}
