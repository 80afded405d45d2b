namespace CreditActors.Accounts;

/// <summary>The settings under <c>gpucredit.account.write-gate</c> or <c>.recovery-gate</c>.</summary>
internal sealed record GateSettings(int PermitsMax, TimeSpan ClosedMin, TimeSpan ClosedMax);
