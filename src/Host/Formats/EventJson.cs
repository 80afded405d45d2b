using System.Text.Json;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>Reads one CloudEvent in the JSON event format: an envelope of attributes, with the data inside.</summary>
/// <remarks>
/// By hand, as entries are; decisions/0006 says why not by the CloudEvents SDK, which the tests hold this against in both directions.
/// </remarks>
internal static class EventJson
{
    private const string Data = "data";
    private const string DataBase64 = "data_base64";

    public static EntryDraft Read(ReadOnlySpan<byte> json)
    {
        if (!JsonUnicode.IsValid(json))
            return EntryDraft.Refused("body", JsonUnicode.Rule);
        try
        {
            return ReadEnvelope(json);
        }
        catch (JsonException)
        {
            return EntryDraft.Refused("body", "must be valid JSON");
        }
    }

    private static EntryDraft ReadEnvelope(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var attributes = new EventAttributes();
        ReadOnlySpan<byte> data = [];
        string? dataName = null;
        HashSet<string>? seen = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return EntryDraft.Refused("body", "must be one JSON object: a CloudEvent");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = EntryJson.TextAt(ref reader);
            if (name is Data or DataBase64)
            {
                if (!(seen ??= new(StringComparer.Ordinal)).Add(name))
                    return EntryDraft.Refused(name, "must be given once");
                reader.Read();
                if (reader.TokenType == JsonTokenType.Null)
                    continue; // here too it is as if it weren't there
                if (dataName is not null)
                    return EntryDraft.Refused(name, $"must not be given beside {dataName}");
                dataName = name;
                if (name == Data)
                    data = Slice(json, ref reader);
                else if (reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes))
                    data = bytes;
                else
                    return EntryDraft.Refused(name, "must be a string in Base64");
                continue;
            }

            if (attributes.Declare(name) is { } rule)
                return EntryDraft.Refused(EntryJson.NameAt(ref reader), rule);
            reader.Read();
            if (!EventAttributes.IsKnown(name))
                reader.Skip();
            else if (reader.TokenType == JsonTokenType.String)
                attributes.Set(name, EntryJson.TextAt(ref reader));
            else if (reader.TokenType != JsonTokenType.Null) // null is as if it weren't there (JSON event format §2.2)
                return EntryDraft.Refused(name, "must be a string");
        }

        reader.Read(); // throws when anything but white space follows
        return EventEntry.Read(attributes, data);
    }

    /// <summary>The value at the reader as it was written.</summary>
    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> json, scoped ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}
