using System.Diagnostics;
using CreditActors.Ledger;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// Reads an entry's message as <see cref="EntryJson"/> reads its JSON: what is given and what is missing, in the same words.
/// The ranges of the values are the ledger's rules. A hot path: no allocation but the entry's.
/// </summary>
internal static class EntryMessages
{
    private const string MustBeGiven = "must be given";
    private static readonly V1.Credit NoCredit = new();
    private static readonly V1.Usage NoUsage = new();

    public static EntryDraft Read(V1.Entry message) => message.EntryCase switch
    {
        V1.Entry.EntryOneofCase.Credit => Read(message.HasAccountId ? message.AccountId : null, message.Credit),
        V1.Entry.EntryOneofCase.Usage => Read(message.HasAccountId ? message.AccountId : null, message.Usage),
        V1.Entry.EntryOneofCase.None => EntryDraft.Refused("creditId", "or usageId must be given, and only one of them"),
        _ => throw new UnreachableException(),
    };

    /// <param name="accountId">Null: not given.</param>
    /// <param name="credit">Null: not given, which is one without any field.</param>
    public static EntryDraft Read(string? accountId, V1.Credit? credit)
    {
        credit ??= NoCredit;
        if (ReadTime("timestamp", credit.HasTimestamp, credit.Timestamp, credit.HasTimestampRfc3339, credit.TimestampRfc3339, out var timestamp) is { } refusal)
            return new("", null, refusal);
        var missing = accountId is null ? "accountId"
            : !credit.HasCreditId ? "creditId"
            : !credit.HasAmount ? "amount"
            : timestamp is null ? "timestamp"
            : !credit.HasExpiration ? "expiration"
            : null;
        if (missing is not null)
            return EntryDraft.Refused(missing, MustBeGiven);
        var priority = credit.HasPriority ? credit.Priority : Limits.PriorityDefault;
        return new(accountId!, new Credit(credit.CreditId, credit.Amount, timestamp!.Value, credit.Expiration, priority, credit.Revision), null);
    }

    /// <param name="accountId">Null: not given.</param>
    /// <param name="usage">Null: not given, which is one without any field.</param>
    public static EntryDraft Read(string? accountId, V1.Usage? usage)
    {
        usage ??= NoUsage;
        if (ReadTime("timestamp", usage.HasTimestamp, usage.Timestamp, usage.HasTimestampRfc3339, usage.TimestampRfc3339, out var timestamp) is { } refusal)
            return new("", null, refusal);
        var missing = accountId is null ? "accountId"
            : !usage.HasUsageId ? "usageId"
            : !usage.HasAmount ? "amount"
            : timestamp is null ? "timestamp"
            : null;
        return missing is not null
            ? EntryDraft.Refused(missing, MustBeGiven)
            : new(accountId!, new Usage(usage.UsageId, usage.Amount, timestamp!.Value, usage.Revision), null);
    }

    /// <summary>Null when nothing is wrong; <paramref name="time"/> is then null where none is given.</summary>
    public static Refusal? ReadTime(string field, bool hasTicks, long ticks, bool hasText, string text, out long? time)
    {
        time = hasTicks ? ticks : null;
        if (!hasText)
            return null;
        if (hasTicks)
            return new(field, "must be given once");
        if (Rfc3339.TryParse(text, out var unixMs) is { } rule)
            return new(field, rule);
        time = unixMs;
        return null;
    }
}
