using CreditActors.Ledger;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats;

/// <summary>
/// The entry in a CloudEvent. Its <c>type</c> says which kind, its <c>subject</c> is the account, and its data hold the
/// entry's other fields; what these leave out of id and timestamp is the event's own <c>id</c> and <c>time</c>.
/// </summary>
internal static class EventEntry
{
    public const string CreditType = "gpucredit.credit.v1";
    public const string UsageType = "gpucredit.usage.v1";

    private const string Given = "must be given";

    /// <param name="attributes">What the envelope says.</param>
    /// <param name="data">The event's data as JSON; empty when it has none.</param>
    public static EntryDraft Read(EventAttributes attributes, ReadOnlySpan<byte> data)
    {
        if (FirstBroken(attributes) is { } refusal)
            return new("", null, refusal);
        var shape = attributes.Type == CreditType ? EntryShape.CreditData : EntryShape.UsageData;
        if (data.IsEmpty)
            return EntryDraft.Refused("data", Given);
        var draft = EntryJson.Read(data, shape, new(attributes.Subject!, attributes.Id!, attributes.Time));
        if (draft.Refusal is { Field: "body" } broken)
            return EntryDraft.Refused("data", broken.Rule);
        if (draft.Entry is not { } entry)
            return draft;
        if (draft.AccountId != attributes.Subject)
            return EntryDraft.Refused("accountId", "must be the event's subject, or left out");
        // The ledger's own rule, by the name that the sender knows it by.
        return entry.Id == attributes.Id && EntryRules.Check(entry) is { Field: "creditId" or "usageId" } rule
            ? EntryDraft.Refused("id", rule.Rule)
            : draft;
    }

    private static Refusal? FirstBroken(EventAttributes attributes)
    {
        if (attributes.SpecVersion is not "1.0")
            return new("specversion", attributes.SpecVersion is null ? Given : "must be 1.0");
        if (string.IsNullOrEmpty(attributes.Id))
            return new("id", Given);
        if (string.IsNullOrEmpty(attributes.Source))
            return new("source", Given);
        if (attributes.Type is not (CreditType or UsageType))
            return new("type", $"must be {CreditType} or {UsageType}");
        if (string.IsNullOrEmpty(attributes.Subject))
            return new("subject", "must be given: it is the account");
        if (EntryRules.CheckAccountId(attributes.Subject) is { } account)
            return new("subject", account.Rule);
        // Also where the data have a timestamp of their own, in which case it may be finer than a tick.
        if (attributes.Time is not null && Rfc3339.TryParseCut(attributes.Time, out _) is { } time)
            return new("time", time);
        return attributes.DataContentType is { } type && !ContentType.Parse(type).IsJson
            ? new(EventAttributes.DataContentTypeName, "must be application/json, or left out")
            : null;
    }
}
