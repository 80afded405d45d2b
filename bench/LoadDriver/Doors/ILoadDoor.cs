using GpuCredit.Client;

namespace LoadDriver.Doors;

/// <summary>One way to a running GpuCredit. Each call is one try; safe for many at once.</summary>
internal interface ILoadDoor : IAsyncDisposable
{
    /// <returns>An outcome for each entry, in order.</returns>
    /// <exception cref="GpuCreditException">There was no answer to them.</exception>
    Task<IReadOnlyList<EntryOutcome>> RecordAsync(Entry[] entries);

    /// <exception cref="GpuCreditException">There was no answer.</exception>
    Task<BalanceOutcome> AskAsync(string accountId, long at);
}
