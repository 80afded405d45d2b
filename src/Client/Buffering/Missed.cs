namespace GpuCredit.Client.Buffering;

/// <summary>Entries that could not be given back at the end, and are errors in the log.</summary>
/// <param name="Refused">Of batches that were sent: a spool still has them.</param>
/// <param name="Left">That nobody else has.</param>
internal readonly record struct Missed(long Refused, long Left);
