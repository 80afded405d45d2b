namespace GpuCredit.Host.Http;

/// <summary>What stands for the fields that an entry's JSON leaves out, where it comes in an envelope that says them too.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Id">The creditId or usageId.</param>
/// <param name="Time">An RFC 3339 time, if the envelope has one.</param>
internal readonly record struct EntryDefaults(string AccountId, string Id, string? Time);
