namespace GpuCredit.Client;

/// <summary>The one thing that <see cref="EntryBuffer"/> needs of a client: one try at sending entries.</summary>
public interface IEntrySender
{
    /// <summary>Sends entries once, and tries no further.</summary>
    /// <param name="entries">In their order; the memory is the caller's again when the task is done.</param>
    /// <param name="cancellation">Gives up waiting; what became of the entries is then unknown.</param>
    /// <returns>An outcome for each entry, or why there are none. A fault on the way is a value here.</returns>
    Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation);
}
