namespace DoorBench.Outage;

/// <summary>One door's usages, by the balances at the end.</summary>
/// <param name="Acknowledged">To the door's callers or, at a broker, to its publisher.</param>
/// <param name="Stored">Burned, by the balances.</param>
/// <param name="Lost">Acknowledged and not burned.</param>
/// <param name="Twice">Burned and not sent, or burned twice.</param>
internal sealed record Finding(long Acknowledged, long Stored, long Lost, long Twice);
