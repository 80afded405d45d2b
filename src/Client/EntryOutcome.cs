using System.Diagnostics;

namespace GpuCredit.Client;

/// <summary>What became of an entry: a value, also when it was refused.</summary>
public sealed record EntryOutcome : IRetriedOutcome
{
    /// <summary>What became of it.</summary>
    public required OutcomeStatus Status { get; init; }

    /// <summary>The account's version after it; null when it was rejected, or isn't known to be stored.</summary>
    public long? Version { get; init; }

    /// <summary>The field at fault, by its name in the API such as <c>amount</c>; null unless rejected.</summary>
    public string? Field { get; init; }

    /// <summary>The rule that the field breaks, a sentence without its subject; null unless rejected.</summary>
    public string? Rule { get; init; }

    /// <summary>One sentence for people; null when the entry was acknowledged.</summary>
    public string? Detail { get; init; }

    /// <summary>The edition that stands, when it conflicts.</summary>
    public Entry? Standing { get; init; }

    /// <summary>When the server said to come back; null when it didn't say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The ledger has it, for good: recorded, duplicate or superseded.</summary>
    public bool IsAcknowledged => Status switch
    {
        OutcomeStatus.Recorded or OutcomeStatus.Duplicate or OutcomeStatus.Superseded => true,
        OutcomeStatus.Conflict or OutcomeStatus.Rejected or OutcomeStatus.Late or OutcomeStatus.Unavailable => false,
        _ => throw new UnreachableException(),
    };

    /// <summary>Sending the same again can never help: conflict, rejected or late.</summary>
    public bool IsRefused => Status switch
    {
        OutcomeStatus.Conflict or OutcomeStatus.Rejected or OutcomeStatus.Late => true,
        OutcomeStatus.Recorded or OutcomeStatus.Duplicate or OutcomeStatus.Superseded or OutcomeStatus.Unavailable => false,
        _ => throw new UnreachableException(),
    };

    bool IRetriedOutcome.IsUnavailable => Status == OutcomeStatus.Unavailable;

    internal static EntryOutcome Rejected(string? field, string detail)
    {
        var subject = field + " ";
        var rule = field is not null && detail.StartsWith(subject, StringComparison.Ordinal) ? detail[subject.Length..] : detail;
        return new() { Status = OutcomeStatus.Rejected, Field = field, Rule = rule, Detail = detail };
    }

    internal static EntryOutcome Unavailable(string? detail, TimeSpan? retryAfter = null) =>
        new() { Status = OutcomeStatus.Unavailable, Detail = detail, RetryAfter = retryAfter };
}
