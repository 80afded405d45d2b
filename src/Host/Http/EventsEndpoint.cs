using CreditActors.Sharding;
using GpuCredit.Host.Formats;

namespace GpuCredit.Host.Http;

/// <summary><c>POST /v1/events</c>: CloudEvents, one (structured or binary) or many (a batch).</summary>
/// <remarks>One is answered as the calls on one account are, a batch as <c>POST /v1/entries</c> is.</remarks>
internal static class EventsEndpoint
{
    public const string Path = "/v1/events";

    private const string Unsupported =
        $"The body must be {CloudEventsFormat.MediaType}, {CloudEventsFormat.BatchMediaType}, or {RequestBody.Json} with the event's attributes in headers such as ce-id, in UTF-8 and not compressed; the header Content-Type must say so.";

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.Accounts();
        routes.MapPost(Path, (HttpContext context, CancellationToken aborted) => PostAsync(context, accounts.Value, aborted)).WithTags("Events").WithName(ApiDescription.PostEvents);
    }

    /// <summary>True when the request says that it's a batch, before its body is read.</summary>
    public static bool IsBatch(HttpRequest request) =>
        request.Path.StartsWithSegments(Path) && RequestBody.MediaType(request, CloudEventsFormat.BatchMediaType) is not null;

    private static async Task<IResult> PostAsync(HttpContext context, AccountClient accounts, CancellationToken aborted)
    {
        if (StrictQuery.Read(context.Request, name: null, out _) is { } foreign)
            return Problems.Rejected(foreign);
        return RequestBody.MediaType(context.Request, CloudEventsFormat.MediaType, CloudEventsFormat.BatchMediaType) switch
        {
            CloudEventsFormat.MediaType => await PostOneAsync(context, accounts, EventJson.Read, aborted),
            CloudEventsFormat.BatchMediaType => await PostBatchAsync(context, accounts, aborted),
            _ => AttributesOf(context.Request) is { Count: > 0 } attributes
                ? await PostOneAsync(context, accounts, body => EventHeaders.Read(new(body.ToArray(), context.Request.ContentType, attributes, HasEncodedHeaders: true)), aborted)
                : Problems.UnsupportedMediaType(Unsupported),
        };
    }

    private static async Task<IResult> PostOneAsync(HttpContext context, AccountClient accounts, RequestBody.Parser<EntryDraft> read, CancellationToken aborted)
    {
        if (await RequestBody.ReadAsync(context, HttpLimits.EntryBytesMax, read) is not { } draft)
            return Problems.TooLarge($"An event has at most {HttpLimits.EntryBytesMax} bytes here; nothing was done.");
        return draft.Refusal is { } refusal
            ? Problems.Rejected(refusal)
            : await AccountEndpoints.RecordAsync(accounts, draft.AccountId, draft.Entry!, aborted);
    }

    private static async Task<IResult> PostBatchAsync(HttpContext context, AccountClient accounts, CancellationToken aborted)
    {
        if (await RequestBody.ReadAsync(context, HttpLimits.BatchBytesMax, body => EntryBatch.ReadArray(body, HttpLimits.BatchEntriesMax, EventJson.Read)) is not { } batch)
            return Problems.TooLarge($"A batch has at most {HttpLimits.BatchBytesMax} bytes here; nothing was done.");
        if (batch.IsTooLong)
            return Problems.TooLarge($"A batch has at most {HttpLimits.BatchEntriesMax} events; nothing was done.");
        return batch.IsNotAnArray
            ? Problems.Rejected(new("body", "must be one JSON array of CloudEvents; nothing was done"))
            : await BatchEndpoint.RecordAsync(accounts, batch.Drafts, areLines: false, aborted);
    }

    /// <summary>The attributes of an event in binary mode; none when it can't be one.</summary>
    private static List<KeyValuePair<string, string>> AttributesOf(HttpRequest request)
    {
        var attributes = new List<KeyValuePair<string, string>>();
        if (request.Headers.ContentEncoding.Count > 0 || request.ContentType is null || ContentType.Parse(request.ContentType) is not { IsJson: true, IsCloudEvents: false })
            return attributes;
        foreach (var (name, values) in request.Headers)
        {
            if (!EncodedHeader.IsNamed(name))
                continue;
            foreach (var value in values)
                attributes.Add(new(name, value ?? ""));
        }

        return attributes;
    }
}
