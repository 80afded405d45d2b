using Microsoft.Net.Http.Headers;

namespace GpuCredit.Host.Formats;

/// <summary>A message's media type, as far as reading it depends on it.</summary>
/// <param name="MediaType">In lower case, without parameters; null when the message doesn't say, empty when what it says can't be read.</param>
/// <param name="IsUtf8">It names no character set, or UTF-8.</param>
internal readonly record struct ContentType(string? MediaType, bool IsUtf8)
{
    private const string Header = "content-type";

    /// <summary>By the door's own property, or by a header of that name (NATS and Kafka have no such property).</summary>
    public static ContentType Of(in IncomingMessage message)
    {
        if (message.ContentType is { Length: > 0 } said)
            return Parse(said);
        foreach (var (name, value) in message.Headers)
        {
            if (name.Equals(Header, StringComparison.OrdinalIgnoreCase))
                return Parse(value);
        }

        return new(null, IsUtf8: true);
    }

    public static ContentType Parse(string text)
    {
        if (!MediaTypeHeaderValue.TryParse(text, out var parsed))
            return new("", IsUtf8: false);
        var isUtf8 = !parsed.Charset.HasValue || HeaderUtilities.RemoveQuotes(parsed.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        return new(parsed.MediaType.ToString().ToLowerInvariant(), isUtf8);
    }

    public bool Is(string mediaType) => MediaType == mediaType;

    /// <summary>An event format: whole CloudEvents, in whatever notation.</summary>
    public bool IsCloudEvents => MediaType?.StartsWith("application/cloudevents", StringComparison.Ordinal) == true;

    /// <summary><c>application/json</c>, <c>text/json</c>, or a type that is written in JSON, such as <c>application/vnd.acme+json</c>.</summary>
    public bool IsJson => IsUtf8 && MediaType is not null && (MediaType.EndsWith("/json", StringComparison.Ordinal) || MediaType.EndsWith("+json", StringComparison.Ordinal));
}
