namespace GpuCredit.Client.Buffering;

/// <summary>What had been taken from the backlog when the sending stopped, and is still to be given back.</summary>
/// <param name="Entries">Not decided.</param>
/// <param name="Refused">Decided, and there was no time to hand them to <see cref="RefusedPump"/>.</param>
internal readonly record struct Unsent(IReadOnlyList<Entry> Entries, IReadOnlyList<(RefusedEntry Refused, Batch Batch)> Refused);
