namespace GpuCredit.Host.EventStore.Rows;

/// <summary>What there is of an account at one instant: enough for most to wake from.</summary>
/// <param name="Snapshot">The newest row of its snapshot; null when there is none.</param>
/// <param name="Events">The first events after that row's version.</param>
internal sealed record StoredAccount(SnapshotRow? Snapshot, EventPage Events);
