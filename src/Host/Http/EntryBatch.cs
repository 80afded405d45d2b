using System.Text.Json;

namespace GpuCredit.Host.Http;

/// <summary>
/// The entries of one request, in order. What can't be read stands in its place as a refusal, so that one bad line costs
/// only itself.
/// </summary>
/// <param name="Drafts">One for each element, or for each line that isn't blank.</param>
/// <param name="IsTooLong">There are more than allowed; the rest wasn't read, and nothing is to be done.</param>
/// <param name="IsNotAnArray">The body isn't a JSON array, so that its elements can't be told apart; nothing is to be done.</param>
internal readonly record struct EntryBatch(List<EntryDraft> Drafts, bool IsTooLong = false, bool IsNotAnArray = false)
{
    public static EntryBatch ReadArray(ReadOnlySpan<byte> json, int entriesMax)
    {
        // An element nests as deep as it likes here (the reader keeps one bit a level); EntryJson refuses it at its first level.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        var drafts = new List<EntryDraft>();
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return new(drafts, IsNotAnArray: true);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (drafts.Count == entriesMax)
                    return new(drafts, IsTooLong: true);
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                drafts.Add(EntryJson.Read(json[start..(int)reader.BytesConsumed], EntryShape.WithAccount));
            }

            reader.Read(); // throws when anything but white space follows
            return new(drafts);
        }
        catch (JsonException)
        {
            return new(drafts, IsNotAnArray: true);
        }
    }

    public static EntryBatch ReadLines(ReadOnlySpan<byte> lines, int entriesMax)
    {
        var drafts = new List<EntryDraft>();
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range].Trim(" \t\r"u8);
            if (line.IsEmpty)
                continue;
            if (drafts.Count == entriesMax)
                return new(drafts, IsTooLong: true);
            drafts.Add(EntryJson.Read(line, EntryShape.WithAccount));
        }

        return new(drafts);
    }
}
