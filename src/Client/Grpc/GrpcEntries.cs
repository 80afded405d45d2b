using System.Diagnostics;

namespace GpuCredit.Client.Grpc;

/// <summary>Between the client's entries and outcomes and the messages of gRPC.</summary>
internal static class GrpcEntries
{
    public static V1.Entry ToMessage(in Entry entry) => entry.Kind switch
    {
        EntryKind.Credit => new V1.Entry { AccountId = entry.AccountId, Credit = ToCredit(in entry) },
        EntryKind.Usage => new V1.Entry { AccountId = entry.AccountId, Usage = ToUsage(in entry) },
        EntryKind.None => throw new UnreachableException(),
        _ => throw new UnreachableException(),
    };

    public static V1.Credit ToCredit(in Entry entry) => new()
    {
        CreditId = entry.Id,
        Amount = entry.Amount,
        Timestamp = entry.Timestamp,
        Expiration = entry.Expiration,
        Priority = entry.Priority,
        Revision = entry.Revision,
    };

    public static V1.Usage ToUsage(in Entry entry) => new()
    {
        UsageId = entry.Id,
        Amount = entry.Amount,
        Timestamp = entry.Timestamp,
        Revision = entry.Revision,
    };

    /// <summary>Null when the answer isn't understood.</summary>
    public static EntryOutcome? ToOutcome(V1.Outcome outcome, string accountId, TimeSpan? retryAfter) => outcome.Status switch
    {
        V1.OutcomeStatus.Recorded or V1.OutcomeStatus.Duplicate or V1.OutcomeStatus.Superseded =>
            outcome.HasVersion ? Acknowledged(outcome.Status, outcome.Version) : null,
        V1.OutcomeStatus.Conflict => new()
        {
            Status = OutcomeStatus.Conflict,
            Version = outcome.HasVersion ? outcome.Version : null,
            Detail = outcome.Error?.Detail,
            Standing = Standing(outcome, accountId),
        },
        V1.OutcomeStatus.Late => new()
        {
            Status = OutcomeStatus.Late,
            Version = outcome.HasVersion ? outcome.Version : null,
            Detail = outcome.Error?.Detail,
        },
        V1.OutcomeStatus.Rejected => EntryOutcome.Rejected(
            outcome.Error is { HasField: true } error ? error.Field : null, outcome.Error?.Detail ?? "is rejected"),
        V1.OutcomeStatus.Unavailable => EntryOutcome.Unavailable(outcome.Error?.Detail, retryAfter),
        // A newer server's word: what is done about it is the caller's to say.
        _ => null,
    };

    /// <summary>Null when it isn't an acknowledgement.</summary>
    public static EntryOutcome? Acknowledged(V1.OutcomeStatus status, long version) => status switch
    {
        V1.OutcomeStatus.Recorded => new() { Status = OutcomeStatus.Recorded, Version = version },
        V1.OutcomeStatus.Duplicate => new() { Status = OutcomeStatus.Duplicate, Version = version },
        V1.OutcomeStatus.Superseded => new() { Status = OutcomeStatus.Superseded, Version = version },
        _ => null,
    };

    private static Entry? Standing(V1.Outcome outcome, string accountId) => outcome.StandingCase switch
    {
        V1.Outcome.StandingOneofCase.StandingCredit => Entry.Credit(
            accountId,
            outcome.StandingCredit.CreditId,
            outcome.StandingCredit.Amount,
            outcome.StandingCredit.Timestamp,
            outcome.StandingCredit.Expiration,
            outcome.StandingCredit.HasPriority ? outcome.StandingCredit.Priority : Entry.PriorityDefault,
            outcome.StandingCredit.Revision),
        V1.Outcome.StandingOneofCase.StandingUsage => Entry.Usage(
            accountId, outcome.StandingUsage.UsageId, outcome.StandingUsage.Amount, outcome.StandingUsage.Timestamp, outcome.StandingUsage.Revision),
        V1.Outcome.StandingOneofCase.None => null,
        _ => throw new UnreachableException(),
    };
}
