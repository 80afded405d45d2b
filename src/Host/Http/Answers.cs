using System.Text.Json.Serialization;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace GpuCredit.Host.Http;

/// <summary>An entry that was decided as the caller wished: recorded, or known already.</summary>
internal sealed record WriteAnswer(string Status, long Version);

/// <summary>A balance; <c>null</c> for one of 0, since an account without credits and one that has burned them all are the same.</summary>
internal sealed record BalanceAnswerBody(
    string AccountId,
    long At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Balance,
    long Version);

/// <summary>What became of one entry of many.</summary>
internal sealed record EntryAnswer(string Status, long? Version = null, EntryError? Error = null, StandingEntry? Standing = null)
{
    public static EntryAnswer Of(EntryOutcome outcome)
    {
        var row = OutcomeTable.Row(outcome.Status);
        // A rejection is decided before the account's version is known, and what is unavailable isn't decided.
        long? version = outcome.Status is OutcomeStatus.Rejected or OutcomeStatus.Unavailable ? null : outcome.Version;
        return row.IsError
            ? new(row.Name, version, new(row.Name, outcome.Refusal?.Field, Problems.Describe(outcome)), outcome.Standing is { } standing ? StandingEntry.Of(standing) : null)
            : new(row.Name, version);
    }
}

/// <summary>Why an entry of many wasn't taken.</summary>
internal sealed record EntryError(string Code, string? Field, string Detail);

/// <summary>An RFC 9457 problem; <see cref="Code"/> is stable, <see cref="Detail"/> is for people.</summary>
internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string? Field = null,
    long? Version = null,
    StandingEntry? Standing = null);

/// <summary>The edition that stands, whole: a credit's fields or a usage's.</summary>
internal sealed record StandingEntry(
    string? CreditId,
    string? UsageId,
    long Amount,
    long Timestamp,
    long? Expiration,
    int? Priority,
    int Revision)
{
    public static StandingEntry Of(Entry entry) => entry switch
    {
        Credit credit => new(credit.CreditId, null, credit.Amount, credit.Timestamp, credit.Expiration, credit.Priority, credit.Revision),
        Usage usage => new(null, usage.UsageId, usage.Amount, usage.Timestamp, null, null, usage.Revision),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
