namespace CreditActors.Accounts;

/// <summary>The settings under <c>gpucredit.account.snapshot</c>.</summary>
internal sealed record SnapshotSettings(int CutEvents, int CutEntries, int RowEntriesMax, TimeSpan LoadTimeout);
