using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>How the messages of a source are read into entries. Safe for many callers at once; never throws for what a message holds.</summary>
internal interface IEntryFormat
{
    /// <summary>
    /// One draft for each entry of the message, in order. A message that can't be read is one refusal, which says why.
    /// Nothing at all when the message holds nothing for the ledger (an empty array, a record that a mapping skips): then
    /// there is nothing to store, and the message is done with.
    /// </summary>
    /// <param name="message">What came.</param>
    /// <param name="skipped">Records that were read and are no entries, as a mapping says.</param>
    IReadOnlyList<EntryDraft> Read(in IncomingMessage message, out int skipped);
}
