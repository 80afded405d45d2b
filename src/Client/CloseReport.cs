namespace GpuCredit.Client;

/// <summary>What a buffer held when it closed.</summary>
/// <param name="Left">
/// Entries that were not decided yet; with a spool, those in its files, which are those of every request that wasn't decided whole.
/// </param>
/// <param name="AreInSpool">They are in the spool, and sent by the next buffer on it; otherwise they were given to <c>OnRefused</c>, where there is one.</param>
/// <param name="NotGivenBack">
/// Entries, left or refused, that <c>OnRefused</c> did not get, since it had fallen silent or the time was over; and, where there is none, all that were
/// left: each is an error in the log and nowhere else. With a spool, which has its entries, only those that it had accepted as <see cref="SpoolDurability.Buffered"/> and that
/// its disk did not take at the end: they are given to <c>OnRefused</c> as well, and count here where it did not get them, or there is none.
/// </param>
public readonly record struct CloseReport(long Left, bool AreInSpool, long NotGivenBack = 0);
