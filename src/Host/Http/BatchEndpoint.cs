using System.Collections.Immutable;
using System.Runtime.InteropServices;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;

namespace GpuCredit.Host.Http;

/// <summary><c>POST /v1/entries</c>: entries of any accounts, each with its own outcome.</summary>
internal static class BatchEndpoint
{
    public const string Path = "/v1/entries";

    public static void MapBatch(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.Accounts();
        routes.MapPost(Path, (HttpContext context, CancellationToken aborted) => PostAsync(context, accounts.Value, aborted)).WithTags("Entries").WithName(ApiDescription.PostEntries);
    }

    private static async Task<IResult> PostAsync(HttpContext context, AccountClient accounts, CancellationToken aborted)
    {
        if (StrictQuery.Read(context.Request, name: null, out _) is { } foreign)
            return Problems.Rejected(foreign);
        if (RequestBody.MediaType(context.Request, RequestBody.Json, RequestBody.JsonLines) is not { } mediaType)
            return Problems.UnsupportedMediaType($"The body must be {RequestBody.Json} or {RequestBody.JsonLines}, in UTF-8 and not compressed; the header Content-Type must say so.");
        var areLines = mediaType == RequestBody.JsonLines;
        var read = await RequestBody.ReadAsync(context, HttpLimits.BatchBytesMax, body => areLines
            ? EntryBatch.ReadLines(body, HttpLimits.BatchEntriesMax)
            : EntryBatch.ReadArray(body, HttpLimits.BatchEntriesMax));
        if (read is not { } batch)
            return Problems.TooLarge($"A body has at most {HttpLimits.BatchBytesMax} bytes here; nothing was done.");
        if (batch.IsTooLong)
            return Problems.TooLarge($"A request takes at most {HttpLimits.BatchEntriesMax} entries; nothing was done.");
        if (batch.IsNotAnArray)
            return Problems.Rejected(new("body", "must be one JSON array of entries; nothing was done"));
        return await RecordAsync(accounts, batch.Drafts, areLines, aborted);
    }

    /// <summary>Records what could be read, and answers as every call does that holds many.</summary>
    public static async Task<IResult> RecordAsync(AccountClient accounts, List<EntryDraft> drafts, bool areLines, CancellationToken cancellation)
    {
        var outcomes = await RecordAsync(accounts, drafts, cancellation);
        return new BatchAnswer(outcomes, areLines);
    }

    /// <summary>Sends what could be read; what couldn't keeps its place as a rejection.</summary>
    internal static async Task<EntryOutcome[]> RecordAsync(AccountClient accounts, List<EntryDraft> drafts, CancellationToken cancellation)
    {
        var entries = new List<AccountEntry>(drafts.Count);
        foreach (var draft in drafts)
        {
            if (draft.Entry is not null)
                entries.Add(new AccountEntry(draft.AccountId, draft.Entry));
        }

        var decided = entries.Count == 0 ? ImmutableArray<EntryOutcome>.Empty : await accounts.RecordAsync(entries, cancellation);
        if (decided.Length == drafts.Count)
            return ImmutableCollectionsMarshal.AsArray(decided)!; // ours alone by now
        var outcomes = new EntryOutcome[drafts.Count];
        for (int i = 0, next = 0; i < outcomes.Length; i++)
            outcomes[i] = drafts[i].Refusal is { } refusal ? EntryOutcome.Rejected(refusal) : decided[next++];
        return outcomes;
    }

    /// <summary>An array for an array, lines for lines.</summary>
    private sealed record BatchAnswer(EntryOutcome[] Outcomes, bool AreLines) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            var isUnavailable = Array.Exists(Outcomes, outcome => outcome.Status == OutcomeStatus.Unavailable);
            response.StatusCode = isUnavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            if (isUnavailable)
                ProblemAnswer.SetRetryAfter(response);
            if (!AreLines)
            {
                await JsonAnswer.WriteAsync(httpContext, Array.ConvertAll(Outcomes, EntryAnswer.Of), ApiJson.Plain.EntryAnswerArray);
                return;
            }

            response.ContentType = RequestBody.JsonLines;
            OutcomeLines.Write(response.BodyWriter, Outcomes);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
