using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>
/// CloudEvents 1.0 in JSON: structured, in a batch, or binary, as the content type and the headers say. Without either the
/// body says: an array is a batch, anything else one event, which is how brokers without headers carry them.
/// </summary>
internal sealed class CloudEventsFormat : IEntryFormat
{
    public const string MediaType = "application/cloudevents+json";
    public const string BatchMediaType = "application/cloudevents-batch+json";

    public IReadOnlyList<EntryDraft> Read(in IncomingMessage message, out int skipped)
    {
        skipped = 0;
        if (Drafts.TooLarge(message) is { } tooLarge)
            return tooLarge;
        var type = ContentType.Of(message);
        if (type.IsCloudEvents)
        {
            return !type.IsUtf8 || type.MediaType is not (MediaType or BatchMediaType) ? Drafts.Refused("content-type", $"must be {MediaType} or {BatchMediaType}, in UTF-8")
                : type.Is(BatchMediaType) ? ReadBatch(message.Body.Span)
                : [EventJson.Read(message.Body.Span)];
        }

        if (EventHeaders.Any(message.Headers))
            return [EventHeaders.Read(message)];
        return message.Body.Span.TrimStart(" \t\r\n"u8) is [(byte)'[', ..] ? ReadBatch(message.Body.Span) : [EventJson.Read(message.Body.Span)];
    }

    private static IReadOnlyList<EntryDraft> ReadBatch(ReadOnlySpan<byte> body) =>
        Drafts.Of(EntryBatch.ReadArray(body, FormatLimits.MessageEntriesMax, EventJson.Read), "CloudEvents");
}
