using System.Text.Json;
using System.Text.Json.Nodes;
using CreditActors.Ledger;
using GpuCredit.Host.Hosting;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Every mapping brings an example, and what it must give, an entry at least: a mapping that gives anything else refuses the start.</summary>
internal static class MappingExample
{
    private const string Name = "Example";
    private const string HeadersName = "ExampleHeaders";
    private const string GivesName = "ExampleGives";

    /// <exception cref="StartRefusedException">There is no example, it can't be read, or it gives something else.</exception>
    public static void Check(MappingSettings settings, MappingFormat format)
    {
        var example = settings.Required(Name, "a message as JSON, or the file that holds it, by which the mapping is checked at each start");
        var gives = settings.Required(GivesName, "the entry that the example must give, as in POST /v1/entries, or an array of entries");
        var expected = new JsonFormat().Read(new(MappingSettings.Json(gives), null, []), out _);
        if (FirstRefusal(expected) is { } wrong)
            throw new StartRefusedException($"{gives.Key} must be an entry as in POST /v1/entries, or an array of them, and isn't: {wrong}.");
        if (expected.Count == 0)
            throw new StartRefusedException($"{gives.Key} must hold at least one entry: an example that gives nothing checks nothing.");
        var given = format.Read(new(MappingSettings.Json(example), null, Headers(settings)), out _);
        if (FirstRefusal(given) is { } refusal)
            throw new StartRefusedException($"{example.Key} is refused by its own mapping: {refusal}.");
        if (!given.SequenceEqual(expected))
            throw new StartRefusedException($"{example.Key} gives {Show(given)}, and not what {gives.Key} says: {Show(expected)}.");
    }

    /// <summary>What the example came with; nothing unless the mapping says so.</summary>
    private static List<KeyValuePair<string, string>> Headers(MappingSettings settings)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (settings.Optional(HeadersName) is not { } value)
            return headers;
        const string Rule = "must be a JSON object that gives each header's name a string, such as {\"x-account\": \"acme\"}";
        try
        {
            using var document = JsonDocument.Parse(MappingSettings.Json(value), new() { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw MappingSettings.Refused(value, Rule);
            foreach (var header in document.RootElement.EnumerateObject())
                headers.Add(new(header.Name, header.Value.ValueKind == JsonValueKind.String ? header.Value.GetString()! : throw MappingSettings.Refused(value, Rule)));
            return headers;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is what an escape that is no Unicode gives.
            throw MappingSettings.Refused(value, Rule);
        }
    }

    private static Refusal? FirstRefusal(IEnumerable<EntryDraft> drafts) =>
        drafts.Select(draft => draft.Refusal ?? EntryRules.CheckAccountId(draft.AccountId) ?? EntryRules.Check(draft.Entry!)).FirstOrDefault(refusal => refusal is not null);

    private static string Show(IReadOnlyList<EntryDraft> drafts) =>
        drafts.Count == 1 ? Show(drafts[0]).ToJsonString(ApiJson.Plain.Options) : new JsonArray([.. drafts.Take(3).Select(Show)]).ToJsonString(ApiJson.Plain.Options);

    private static JsonObject Show(EntryDraft draft)
    {
        var shown = new JsonObject { ["accountId"] = draft.AccountId, [draft.Entry is Credit ? "creditId" : "usageId"] = draft.Entry!.Id, ["amount"] = draft.Entry.Amount, ["timestamp"] = draft.Entry.Timestamp };
        if (draft.Entry is Credit credit)
        {
            shown["expiration"] = credit.Expiration;
            shown["priority"] = credit.Priority;
        }

        if (draft.Entry.Revision != 0)
            shown["revision"] = draft.Entry.Revision;
        return shown;
    }
}
