using System.Text.Json;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Foreign payloads, read by a mapping that the settings give: one entry a message, or one for each element of an array in it.</summary>
internal sealed class MappingFormat : IEntryFormat
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly EntryMapping _entry;
    private readonly MappingEach? _each;
    private readonly bool _numbersInStrings;

    /// <param name="settings">Every one of them is looked at; <see cref="Checked"/> holds them against their example as well.</param>
    public MappingFormat(MappingSettings settings)
    {
        _entry = new EntryMapping(settings);
        _each = settings.Expression("Each", MappingEach.Parse);
        _numbersInStrings = settings.Flag("NumbersInStrings");
    }

    public static MappingFormat Checked(MappingSettings settings)
    {
        var format = new MappingFormat(settings);
        MappingExample.Check(settings, format);
        return format;
    }

    public IReadOnlyList<EntryDraft> Read(in IncomingMessage message, out int skipped)
    {
        skipped = 0;
        if (Drafts.TooLarge(message) is { } tooLarge)
            return tooLarge;
        var records = new Records();
        var headers = new MappedHeaders(message.Headers, message.HasEncodedHeaders);
        var isRead = ContentType.Of(message).Is(RequestBody.JsonLines) ? ReadLines(message.Body, headers, records) : ReadDocument(message.Body, headers, records);
        if (!isRead)
            return TooMany;
        skipped = records.Skipped;
        return records.Drafts;
    }

    private static IReadOnlyList<EntryDraft> TooMany => Drafts.Of(new EntryBatch([], IsTooLong: true), "records");

    private bool ReadLines(ReadOnlyMemory<byte> body, MappedHeaders headers, Records records)
    {
        var lines = body.Span;
        foreach (var range in lines.Split((byte)'\n'))
        {
            var isBlank = lines[range].Trim(" \t\r"u8).IsEmpty;
            if (!isBlank && !ReadDocument(body[range], headers, records))
                return false;
        }

        return true;
    }

    /// <summary>False when there are more drafts than a message may hold.</summary>
    private bool ReadDocument(ReadOnlyMemory<byte> json, MappedHeaders headers, Records records)
    {
        if (!JsonUnicode.IsValid(json.Span))
            return records.TryAdd(EntryDraft.Refused("body", JsonUnicode.Rule));
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            return records.TryAdd(EntryDraft.Refused("body", "must be valid JSON, at most 64 levels deep and with no name twice in one object"));
        }

        using (document)
            return ReadRoot(document.RootElement, headers, records);
    }

    private bool ReadRoot(JsonElement root, MappedHeaders headers, Records records)
    {
        if (_each is null)
            return records.TryAdd(_entry.Read(new(root, [root], headers, _numbersInStrings)));
        return _each.ReadAll(
            new(root, new JsonElement[_each.Levels], headers, _numbersInStrings),
            record => records.TryAdd(_entry.Read(record)),
            rule => records.TryAdd(EntryDraft.Refused("body", rule)));
    }

    /// <summary>What the records of one message were read as.</summary>
    private sealed class Records
    {
        public List<EntryDraft> Drafts { get; } = [];

        public int Skipped { get; private set; }

        /// <summary>False when there are more drafts than a message may hold.</summary>
        public bool TryAdd(EntryDraft? draft)
        {
            if (draft is not { } given)
            {
                Skipped++;
                return true;
            }

            if (Drafts.Count == FormatLimits.MessageEntriesMax)
                return false;
            Drafts.Add(given);
            return true;
        }
    }
}
