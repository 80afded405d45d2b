using System.Diagnostics;
using CreditActors.Ledger;
using CreditActors.Protocol;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Grpc;

/// <summary>Outcomes as messages: what the answer to a batch says of each entry in JSON.</summary>
internal static class OutcomeMessages
{
    public static V1.Outcome Of(EntryOutcome outcome)
    {
        var row = OutcomeTable.Row(outcome.Status);
        var message = new V1.Outcome { Status = row.GrpcOutcome };
        // A rejection is decided before the account's version is known, and what is unavailable isn't decided.
        if (outcome.Status is not (OutcomeStatus.Rejected or OutcomeStatus.Unavailable))
            message.Version = outcome.Version;
        if (!row.IsError)
            return message;
        message.Error = new V1.EntryError { Code = row.Name, Detail = Problems.Describe(outcome) };
        if (outcome.Refusal is { } refusal)
            message.Error.Field = refusal.Field;
        switch (outcome.Standing)
        {
            case null:
                break;
            case Credit credit:
                message.StandingCredit = Of(credit);
                break;
            case Usage usage:
                message.StandingUsage = Of(usage);
                break;
            default:
                throw new UnreachableException();
        }

        return message;
    }

    private static V1.Credit Of(Credit credit) => new()
    {
        CreditId = credit.CreditId,
        Amount = credit.Amount,
        Timestamp = credit.Timestamp,
        Expiration = credit.Expiration,
        Priority = credit.Priority,
        Revision = credit.Revision,
    };

    private static V1.Usage Of(Usage usage) => new()
    {
        UsageId = usage.UsageId,
        Amount = usage.Amount,
        Timestamp = usage.Timestamp,
        Revision = usage.Revision,
    };
}
