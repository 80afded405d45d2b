using System.Text.Json;
using CreditActors.Ledger;

namespace GpuCredit.Host.Http;

/// <summary>
/// Reads one entry, strictly, so that a typo can't grant for ever: names case-sensitive, no unknown field, no name twice,
/// no number in a string, nothing missing, nothing after it. A hot path: one pass, and no allocation but the entry's.
/// </summary>
/// <remarks>
/// By hand rather than by a serializer, since every refusal names its field and its rule; a serializer's exceptions name
/// neither reliably.
/// </remarks>
internal static class EntryJson
{
    private const string NotJson = "must be valid JSON";
    private const string NotWhole = "must be a whole number, with no quotes, fraction or exponent";
    private const string NotText = "must be a string";
    private const string NotTime = "must be a whole number of ticks, or an RFC 3339 string";
    private const int NameCharsShown = 64;

    [Flags]
    private enum Fields
    {
        None = 0,
        AccountId = 1,
        CreditId = 2,
        UsageId = 4,
        Amount = 8,
        Timestamp = 16,
        Expiration = 32,
        Priority = 64,
        Revision = 128,
        OfUsage = UsageId | Amount | Timestamp | Revision,
        OfCredit = CreditId | Amount | Timestamp | Expiration | Priority | Revision,
    }

    public static EntryDraft Read(ReadOnlySpan<byte> json, EntryShape shape) => Read(json, shape, default);

    /// <param name="json">One JSON object.</param>
    /// <param name="shape">Which fields it has.</param>
    /// <param name="defaults">What stands for the fields that are left out, where the shape lets an envelope say them.</param>
    public static EntryDraft Read(ReadOnlySpan<byte> json, EntryShape shape, in EntryDefaults defaults)
    {
        var reader = new Utf8JsonReader(json);
        var values = new Values();
        try
        {
            return ReadObject(ref reader, shape, ref values, defaults);
        }
        catch (JsonException)
        {
            // The reader stopped between a known name and its value, or nowhere that can be named.
            return EntryDraft.Refused(values.Reading == Fields.None ? "body" : NameOf(values.Reading), NotJson);
        }
    }

    private static EntryDraft ReadObject(ref Utf8JsonReader reader, EntryShape shape, ref Values values, in EntryDefaults defaults)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return EntryDraft.Refused("body", "must be one JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldAt(ref reader);
            if (!IsKnown(field, shape))
                return EntryDraft.Refused(NameAt(ref reader), "is not a field here (names are case-sensitive)");
            if (values.Seen.HasFlag(field))
                return EntryDraft.Refused(NameOf(field), "must be given once");
            values.Seen |= field;
            values.Reading = field;
            reader.Read();
            if (ReadValue(ref reader, field, ref values) is { } rule)
                return EntryDraft.Refused(NameOf(field), rule);
            values.Reading = Fields.None;
        }

        reader.Read(); // throws when anything but white space follows
        return Assemble(shape, ref values, defaults);
    }

    private static string? ReadValue(ref Utf8JsonReader reader, Fields field, ref Values values)
    {
        switch (field)
        {
            case Fields.AccountId:
                return TryReadText(ref reader, out values.AccountId) ? null : NotText;
            case Fields.CreditId:
            case Fields.UsageId:
                return TryReadText(ref reader, out values.Id) ? null : NotText;
            case Fields.Amount:
                return WholeNumber.TryRead(ref reader, out values.Amount) ? null : NotWhole;
            case Fields.Timestamp:
                return ReadTime(ref reader, out values.Timestamp);
            case Fields.Expiration:
                return WholeNumber.TryRead(ref reader, out values.Expiration) ? null : NotWhole;
            case Fields.Priority:
                return TryReadInt32(ref reader, out values.Priority) ? null : NotWhole;
            case Fields.Revision:
                return TryReadInt32(ref reader, out values.Revision) ? null : NotWhole;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static EntryDraft Assemble(EntryShape shape, ref Values values, in EntryDefaults defaults)
    {
        var seen = values.Seen;
        if (shape == EntryShape.WithAccount && seen.HasFlag(Fields.CreditId) == seen.HasFlag(Fields.UsageId))
            return EntryDraft.Refused("creditId", "or usageId must be given, and only one of them");
        var isCredit = shape is EntryShape.Credit or EntryShape.CreditData || (shape == EntryShape.WithAccount && seen.HasFlag(Fields.CreditId));
        var required = isCredit
            ? Fields.CreditId | Fields.Amount | Fields.Timestamp | Fields.Expiration
            : Fields.UsageId | Fields.Amount | Fields.Timestamp;
        if (shape == EntryShape.WithAccount)
            required |= Fields.AccountId;
        if (IsData(shape))
            required &= ~(Fields.CreditId | Fields.UsageId | Fields.Timestamp);
        if (FirstOf(required & ~seen) is { } missing)
            return EntryDraft.Refused(missing, "must be given");
        if (!isCredit && FirstOf(seen & Fields.OfCredit & ~Fields.OfUsage) is { } foreign)
            return EntryDraft.Refused(foreign, "is not a field of a usage");
        if (IsData(shape) && !seen.HasFlag(Fields.Timestamp))
        {
            if (defaults.Time is null)
                return EntryDraft.Refused("time", "must be given, or timestamp in the data");
            if (Rfc3339.TryParse(defaults.Time, out values.Timestamp) is { } rule)
                return EntryDraft.Refused("time", rule);
        }

        var id = values.Id ?? defaults.Id;
        Entry entry = isCredit
            ? new Credit(id, values.Amount, values.Timestamp, values.Expiration, seen.HasFlag(Fields.Priority) ? values.Priority : Limits.PriorityDefault, values.Revision)
            : new Usage(id, values.Amount, values.Timestamp, values.Revision);
        return new(values.AccountId ?? defaults.AccountId ?? "", entry, null);
    }

    private static bool IsData(EntryShape shape) => shape is EntryShape.CreditData or EntryShape.UsageData;

    private static bool TryReadText(ref Utf8JsonReader reader, out string? text)
    {
        text = null;
        if (reader.TokenType != JsonTokenType.String)
            return false;
        text = TextAt(ref reader);
        return true;
    }

    private static bool TryReadInt32(ref Utf8JsonReader reader, out int value)
    {
        var isWhole = WholeNumber.TryRead(ref reader, out var number);
        value = WholeNumber.ToInt32(number);
        return isWhole;
    }

    private static string? ReadTime(ref Utf8JsonReader reader, out long ticks)
    {
        if (reader.TokenType == JsonTokenType.String)
            return Rfc3339.TryParse(TextAt(ref reader), out ticks);
        return WholeNumber.TryRead(ref reader, out ticks) ? null : NotTime;
    }

    /// <summary>The string or name at the reader. One that isn't Unicode comes out as U+FFFD, which no id may hold and no field is called.</summary>
    internal static string TextAt(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    /// <summary>The name at the reader, as much of it as a refusal shows.</summary>
    internal static string NameAt(ref Utf8JsonReader reader)
    {
        var name = TextAt(ref reader);
        return name.Length <= NameCharsShown ? name : name[..NameCharsShown];
    }

    private static Fields FieldAt(ref Utf8JsonReader reader) =>
        // An escaped name is compared as text.
        reader.ValueIsEscaped ? FieldOf(TextAt(ref reader))
        : reader.ValueSpan.SequenceEqual("amount"u8) ? Fields.Amount
        : reader.ValueSpan.SequenceEqual("timestamp"u8) ? Fields.Timestamp
        : reader.ValueSpan.SequenceEqual("usageId"u8) ? Fields.UsageId
        : reader.ValueSpan.SequenceEqual("accountId"u8) ? Fields.AccountId
        : reader.ValueSpan.SequenceEqual("creditId"u8) ? Fields.CreditId
        : reader.ValueSpan.SequenceEqual("expiration"u8) ? Fields.Expiration
        : reader.ValueSpan.SequenceEqual("priority"u8) ? Fields.Priority
        : reader.ValueSpan.SequenceEqual("revision"u8) ? Fields.Revision
        : Fields.None;

    private static Fields FieldOf(string name)
    {
        for (var field = Fields.AccountId; field <= Fields.Revision; field = (Fields)((int)field << 1))
        {
            if (NameOf(field) == name)
                return field;
        }

        return Fields.None;
    }

    private static bool IsKnown(Fields field, EntryShape shape) => field != Fields.None && (shape switch
    {
        EntryShape.Credit => Fields.OfCredit,
        EntryShape.Usage => Fields.OfUsage,
        EntryShape.WithAccount => Fields.OfCredit | Fields.OfUsage | Fields.AccountId,
        EntryShape.CreditData => Fields.OfCredit | Fields.AccountId,
        EntryShape.UsageData => Fields.OfUsage | Fields.AccountId,
        _ => throw new System.Diagnostics.UnreachableException(),
    }).HasFlag(field);

    private static string? FirstOf(Fields fields)
    {
        for (var field = Fields.AccountId; field <= Fields.Revision; field = (Fields)((int)field << 1))
        {
            if (fields.HasFlag(field))
                return NameOf(field);
        }

        return null;
    }

    private static string NameOf(Fields field) => field switch
    {
        Fields.AccountId => "accountId",
        Fields.CreditId => "creditId",
        Fields.UsageId => "usageId",
        Fields.Amount => "amount",
        Fields.Timestamp => "timestamp",
        Fields.Expiration => "expiration",
        Fields.Priority => "priority",
        Fields.Revision => "revision",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private ref struct Values
    {
        public Fields Seen;
        public Fields Reading;
        public string? AccountId;
        public string? Id;
        public long Amount;
        public long Timestamp;
        public long Expiration;
        public int Priority;
        public int Revision;
    }
}
