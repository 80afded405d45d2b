using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace GpuCredit.Client.Http;

/// <summary>From the API's answers to outcomes. What isn't understood is null, and never taken for an outcome.</summary>
internal static class AnswerReader
{
    /// <summary>The outcome of an entry that was posted alone.</summary>
    public static EntryOutcome? ReadOutcome(in HttpAnswer answer, string accountId)
    {
        if (answer.Is(HttpAnswer.Json))
            return Parse(answer.Body.Span, ClientJson.Default.EntryBody) is { } body ? Outcome(body, accountId, answer.RetryAfter) : null;
        if (ReadProblem(answer) is not { Code: not null } problem)
            return null;
        return Outcome(new EntryBody(problem.Code, problem.Version, new ErrorBody(problem.Field, problem.Detail), problem.Standing), accountId, answer.RetryAfter);
    }

    /// <summary>One outcome for each line; null unless there are as many as entries, each understood.</summary>
    public static EntryOutcome[]? ReadOutcomes(in HttpAnswer answer, ReadOnlySpan<Entry> entries)
    {
        if (!answer.Is(HttpAnswer.JsonLines))
            return null;
        var outcomes = new EntryOutcome[entries.Length];
        var count = 0;
        var lines = answer.Body.Span;
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range];
            if (line.IsEmpty)
                continue;
            if (count == outcomes.Length
                || Parse(line, ClientJson.Default.EntryBody) is not { } body
                || Outcome(body, entries[count].AccountId, answer.RetryAfter) is not { } outcome)
            {
                return null;
            }

            outcomes[count++] = outcome;
        }

        return count == outcomes.Length ? outcomes : null;
    }

    public static BalanceOutcome? ReadBalance(in HttpAnswer answer)
    {
        if (answer.Status == HttpStatusCode.OK && answer.Is(HttpAnswer.Json))
        {
            return Parse(answer.Body.Span, ClientJson.Default.BalanceBody) is { At: { } at, Version: { } version } body
                ? new BalanceOutcome { Status = BalanceStatus.Answered, Balance = body.Balance, At = at, Version = version }
                : null;
        }

        return ReadProblem(answer) switch
        {
            { Code: "rejected", Detail: { } detail } problem => BalanceOutcome.Rejected(EntryOutcome.Rejected(problem.Field, detail)),
            { Code: "before_horizon" } problem => BalanceOutcome.BeforeHorizon(problem.Detail),
            { Code: "unavailable" } problem => BalanceOutcome.Unavailable(problem.Detail, answer.RetryAfter),
            _ => null,
        };
    }

    public static ProblemBody? ReadProblem(in HttpAnswer answer) =>
        answer.Is(HttpAnswer.Problem) ? Parse(answer.Body.Span, ClientJson.Default.ProblemBody) : null;

    private static EntryOutcome? Outcome(EntryBody body, string accountId, TimeSpan? retryAfter) => body.Status switch
    {
        "recorded" => Acknowledged(OutcomeStatus.Recorded, body),
        "duplicate" => Acknowledged(OutcomeStatus.Duplicate, body),
        "superseded" => Acknowledged(OutcomeStatus.Superseded, body),
        "conflict" => new()
        {
            Status = OutcomeStatus.Conflict,
            Version = body.Version,
            Detail = body.Error?.Detail,
            Standing = body.Standing?.ToEntry(accountId),
        },
        "late" => new() { Status = OutcomeStatus.Late, Version = body.Version, Detail = body.Error?.Detail },
        "rejected" => EntryOutcome.Rejected(body.Error?.Field, body.Error?.Detail ?? "is rejected"),
        "unavailable" => EntryOutcome.Unavailable(body.Error?.Detail, retryAfter),
        // A newer server's word, or another service's: what is done about it is the caller's to say.
        _ => null,
    };

    private static EntryOutcome? Acknowledged(OutcomeStatus status, EntryBody body) =>
        // Every acknowledgement has its version; an object that merely has such a status isn't one.
        body.Version is { } version ? new() { Status = status, Version = version } : null;

    private static T? Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
