using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>Reads one CloudEvent in binary mode: its attributes are headers, its data the body.</summary>
internal static class EventHeaders
{
    /// <summary>How the bindings call an attribute's header: HTTP and NATS, Kafka, AMQP. Bridges carry the names of one to another.</summary>
    private static readonly string[] Prefixes = [EncodedHeader.Prefix, "ce_", "cloudEvents:", "cloudEvents_"];

    /// <summary>True when any header is an attribute of a CloudEvent.</summary>
    public static bool Any(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, _) in headers)
        {
            if (PrefixOf(name) is not null)
                return true;
        }

        return false;
    }

    public static EntryDraft Read(in IncomingMessage message)
    {
        var attributes = new EventAttributes();
        foreach (var (header, text) in message.Headers)
        {
            if (PrefixOf(header) is not { } prefix)
                continue;
            var name = header[prefix.Length..].ToLowerInvariant(); // names of headers have no case
            if (attributes.Declare(name) is { } rule)
                return EntryDraft.Refused(name, rule);
            var value = message.HasEncodedHeaders && prefix == EncodedHeader.Prefix ? EncodedHeader.Decode(text) : text;
            if (value is null)
                return EntryDraft.Refused(name, EncodedHeader.Rule);
            attributes.Set(name, value);
        }

        var type = ContentType.Of(message);
        if (attributes.DataContentType is null && type.MediaType is not null && !type.IsJson)
            return EntryDraft.Refused(EventAttributes.DataContentTypeName, "must be application/json");
        if (!JsonUnicode.IsValid(message.Body.Span))
            return EntryDraft.Refused("data", JsonUnicode.Rule);
        return EventEntry.Read(attributes, message.Body.Span);
    }

    private static string? PrefixOf(string header) =>
        Array.Find(Prefixes, prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
