namespace GpuCredit.Client;

/// <summary>
/// The calls of GpuCredit, over HTTP or gRPC. Outcomes are values. What is unavailable, and a connection that breaks, is tried again
/// within <see cref="GpuCreditClientOptions.Retry"/>, which is safe, since an entry that the ledger knows changes nothing. Safe for
/// use by many at once.
/// </summary>
/// <remarks>
/// <see cref="GpuCreditException"/> is thrown when the last try ended without an answer of GpuCredit's,
/// <see cref="OperationCanceledException"/> when the caller gave up; what became of an entry is unknown then.
/// </remarks>
public interface IGpuCreditClient : IEntrySender
{
    /// <summary>Grants a credit, active from <paramref name="timestamp"/> to <paramref name="timestamp"/> + <paramref name="expiration"/>, both included.</summary>
    Task<EntryOutcome> AddCreditAsync(
        string accountId,
        string creditId,
        long amount,
        long timestamp,
        long expiration,
        int priority = Entry.PriorityDefault,
        int revision = 0,
        CancellationToken cancellation = default);

    /// <summary>Records a usage.</summary>
    Task<EntryOutcome> UseCreditAsync(
        string accountId, string usageId, long amount, long timestamp, int revision = 0, CancellationToken cancellation = default);

    /// <summary>The balance at a tick, past or future, by what is stored now.</summary>
    /// <param name="accountId">The account; one that nothing has named has no balance.</param>
    /// <param name="at">The tick; null for now, in Unix milliseconds, by the server's clock.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    Task<BalanceOutcome> GetBalanceAsync(string accountId, long? at = null, CancellationToken cancellation = default);

    /// <summary>
    /// Records entries of any accounts, any number of them, in requests of at most <see cref="GpuCreditClientOptions.BatchEntriesMax"/>.
    /// Of those that are unavailable only they are sent again.
    /// </summary>
    /// <returns>An outcome for each, in order.</returns>
    Task<IReadOnlyList<EntryOutcome>> RecordAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation = default);
}
