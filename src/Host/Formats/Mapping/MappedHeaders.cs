using System.Text.Json;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>The headers of one message, each as the JSON string that it would be in a body. Not for many callers at once.</summary>
/// <param name="headers">As they came.</param>
/// <param name="areEncoded">As <see cref="IncomingMessage.HasEncodedHeaders"/>: what a <c>ce-…</c> holds is the same by whichever format it is read.</param>
internal sealed class MappedHeaders(IReadOnlyList<KeyValuePair<string, string>> headers, bool areEncoded)
{
    // A message may hold thousands of records that all read the same header.
    private readonly Dictionary<string, JsonElement?> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The name of a header that was looked for and can't be decoded: nothing that was read in its place may count.</summary>
    public string? Malformed { get; private set; }

    /// <summary>
    /// The header; null when there is none. One that is there several times is joined by commas, as HTTP means it: no value
    /// silently wins, and what was meant to be one account or number is refused by its own rule.
    /// </summary>
    public JsonElement? Find(string name)
    {
        if (_found.TryGetValue(name, out var known))
            return known;
        var values = headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(Value).ToArray();
        JsonElement? found = values.Length == 0 ? null : JsonSerializer.SerializeToElement(string.Join(", ", values));
        _found.Add(name, found);
        return found;
    }

    private string Value(KeyValuePair<string, string> header)
    {
        if (!areEncoded || !EncodedHeader.IsNamed(header.Key))
            return header.Value;
        if (EncodedHeader.Decode(header.Value) is { } value)
            return value;
        Malformed = header.Key;
        return header.Value;
    }
}
