using System.Text;
using System.Text.Unicode;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>Reads one CloudEvent in binary mode: its attributes are headers, its data the body.</summary>
internal static class EventHeaders
{
    /// <summary>How the bindings call an attribute's header: HTTP and NATS, Kafka, AMQP.</summary>
    /// <remarks>Only the first encodes what a header can't hold; elsewhere a percent sign is a percent sign.</remarks>
    private static readonly string[] Prefixes = [EncodedPrefix, "ce_", "cloudEvents:", "cloudEvents_"];

    private const string EncodedPrefix = "ce-";

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
            var value = prefix == EncodedPrefix ? Decode(text) : text;
            if (value is null)
                return EntryDraft.Refused(name, "must be percent-encoded UTF-8");
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

    /// <summary>Unquoted, then percent-decoded once (HTTP binding §3.1.3.2); null when it can't be.</summary>
    internal static string? Decode(string value)
    {
        if (Unquote(value) is not { } text)
            return null;
        var octets = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                // A surrogate pair is encoded as one.
                var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                length += Encoding.UTF8.GetBytes(text, i, pair, octets, length);
                i += pair - 1;
            }
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                octets[length++] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return Utf8.IsValid(octets.AsSpan(0, length)) ? Encoding.UTF8.GetString(octets, 0, length) : null;
    }

    /// <summary>Without the double quotes that older senders put around a value, and their backslashes.</summary>
    private static string? Unquote(string value)
    {
        if (!value.Contains('"', StringComparison.Ordinal))
            return value;
        var text = new StringBuilder(value.Length);
        var isQuoted = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '"')
                isQuoted = !isQuoted;
            else if (isQuoted && value[i] == '\\' && i + 1 < value.Length)
                text.Append(value[++i]);
            else
                text.Append(value[i]);
        }

        return isQuoted ? null : text.ToString();
    }
}
