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

    public IReadOnlyList<EntryDraft> Read(in IncomingMessage message)
    {
        if (Drafts.TooLarge(message) is { } tooLarge)
            return tooLarge;
        var drafts = new List<EntryDraft>();
        var headers = new MappedHeaders(message.Headers, message.HasEncodedHeaders);
        if (!ContentType.Of(message).Is(RequestBody.JsonLines))
            return ReadDocument(message.Body, headers, drafts) ? drafts : TooMany;
        var lines = message.Body.Span;
        foreach (var range in lines.Split((byte)'\n'))
        {
            var isBlank = lines[range].Trim(" \t\r"u8).IsEmpty;
            if (!isBlank && !ReadDocument(message.Body[range], headers, drafts))
                return TooMany;
        }

        return drafts;
    }

    private static IReadOnlyList<EntryDraft> TooMany => Drafts.Of(new EntryBatch([], IsTooLong: true), "records");

    /// <summary>False when there are more drafts than a message may hold.</summary>
    private bool ReadDocument(ReadOnlyMemory<byte> json, MappedHeaders headers, List<EntryDraft> drafts)
    {
        if (!JsonUnicode.IsValid(json.Span))
            return TryAdd(drafts, EntryDraft.Refused("body", JsonUnicode.Rule));
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Strict);
        }
        catch (JsonException)
        {
            return TryAdd(drafts, EntryDraft.Refused("body", "must be valid JSON, at most 64 levels deep and with no name twice in one object"));
        }

        using (document)
            return ReadRoot(document.RootElement, headers, drafts);
    }

    private bool ReadRoot(JsonElement root, MappedHeaders headers, List<EntryDraft> drafts)
    {
        if (_each is null)
            return TryAdd(drafts, _entry.Read(new(root, [root], headers, _numbersInStrings)));
        return _each.ReadAll(
            new(root, new JsonElement[_each.Levels], headers, _numbersInStrings),
            record => TryAdd(drafts, _entry.Read(record)),
            rule => TryAdd(drafts, EntryDraft.Refused("body", rule)));
    }

    private static bool TryAdd(List<EntryDraft> drafts, EntryDraft? draft)
    {
        if (draft is null)
            return true;
        if (drafts.Count == FormatLimits.MessageEntriesMax)
            return false;
        drafts.Add(draft.Value);
        return true;
    }
}
