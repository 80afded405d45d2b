namespace GpuCredit.Client;

/// <summary>What a buffer held when it closed.</summary>
/// <param name="Left">Entries that were not decided yet; with a spool, those of every request that wasn't decided whole.</param>
/// <param name="AreInSpool">They are in the spool, and sent by the next buffer on it; otherwise each was given to <c>OnRefused</c>.</param>
public readonly record struct CloseReport(long Left, bool AreInSpool);
