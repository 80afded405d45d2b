using System.Globalization;
using GpuCredit.Client;

namespace LoadDriver.Work;

/// <summary>An entry of this run, before it has its account's name.</summary>
/// <param name="Account">0 is the hot one.</param>
/// <param name="Number">The step that made it; its id.</param>
/// <param name="IsCredit">Or a usage.</param>
/// <param name="Timestamp">In ticks.</param>
/// <param name="Amount">1 or more.</param>
/// <param name="Expiration">A credit's length in ticks.</param>
/// <param name="Priority">A credit's.</param>
internal readonly record struct PlannedEntry(
    int Account, long Number, bool IsCredit, long Timestamp, long Amount, long Expiration = 0, int Priority = Entry.PriorityDefault)
{
    /// <summary>A credit's last active tick.</summary>
    public long End => Timestamp + Expiration;

    /// <summary>Of the same length for all, so that the order of ids is the order of numbers.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{(IsCredit ? 'c' : 'u')}{Number:D16}");

    public Entry ToEntry(string accountId) => IsCredit
        ? Entry.Credit(accountId, Id, Amount, Timestamp, Expiration, Priority)
        : Entry.Usage(accountId, Id, Amount, Timestamp);
}
