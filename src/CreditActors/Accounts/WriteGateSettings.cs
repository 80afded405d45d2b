namespace CreditActors.Accounts;

/// <summary>The settings under <c>gpucredit.account.write-gate</c>.</summary>
internal sealed record WriteGateSettings(int WritesMax, TimeSpan ClosedMin, TimeSpan ClosedMax);
