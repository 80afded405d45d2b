namespace CreditActors.Ledger;

/// <summary>The decision to close an account's books before an instant of event time. Applying it reads no clock and no setting.</summary>
/// <param name="Horizon">The first tick that stays open.</param>
/// <param name="ForgetThrough">Ids that left by a closing at this horizon, or an earlier one, are forgotten.</param>
public readonly record struct Closing(long Horizon, long ForgetThrough);
