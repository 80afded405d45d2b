using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>
/// Our own JSON, as in <c>POST /v1/entries</c>: one entry with its <c>accountId</c>, an array of them, or lines when the
/// content type says so.
/// </summary>
internal sealed class JsonFormat : IEntryFormat
{
    public IReadOnlyList<EntryDraft> Read(in IncomingMessage message, out int skipped)
    {
        skipped = 0;
        if (Drafts.TooLarge(message) is { } tooLarge)
            return tooLarge;
        var body = message.Body.Span;
        if (ContentType.Of(message).Is(RequestBody.JsonLines))
            return Drafts.Of(EntryBatch.ReadLines(body, FormatLimits.MessageEntriesMax), "entries");
        return body.TrimStart(" \t\r\n"u8) is [(byte)'[', ..]
            ? Drafts.Of(EntryBatch.ReadArray(body, FormatLimits.MessageEntriesMax), "entries")
            : [EntryJson.Read(body, EntryShape.WithAccount)];
    }
}
