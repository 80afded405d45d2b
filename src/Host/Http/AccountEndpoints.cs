using CreditActors.Ledger;
using CreditActors.Sharding;

namespace GpuCredit.Host.Http;

/// <summary>The calls on one account: post a credit, post a usage, ask the balance.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var account = routes.MapGroup("/v1/accounts/{accountId}").WithTags("Accounts");
        var accounts = routes.Accounts();
        account.MapPost("/credits", (HttpContext context, CancellationToken aborted) => PostAsync(context, accounts.Value, EntryShape.Credit, aborted)).WithName(ApiDescription.PostCredit);
        account.MapPost("/usages", (HttpContext context, CancellationToken aborted) => PostAsync(context, accounts.Value, EntryShape.Usage, aborted)).WithName(ApiDescription.PostUsage);
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        account.MapGet("/balance", (HttpContext context, CancellationToken aborted) => GetBalanceAsync(context, accounts.Value, time, aborted)).WithName(ApiDescription.GetBalance);
    }

    /// <summary>The door to the accounts, found once: asked for in each request, it would cost each a scope of services.</summary>
    public static Lazy<AccountClient> Accounts(this IEndpointRouteBuilder routes) => new(routes.ServiceProvider.GetRequiredService<AccountClient>);

    private static async Task<IResult> PostAsync(HttpContext context, AccountClient accounts, EntryShape shape, CancellationToken aborted)
    {
        if (StrictQuery.Read(context.Request, name: null, out _) is { } foreign)
            return Problems.Rejected(foreign);
        if (RequestBody.MediaType(context.Request, RequestBody.Json) is null)
            return Problems.UnsupportedMediaType($"The body must be {RequestBody.Json}, in UTF-8 and not compressed; the header Content-Type must say so.");
        if (await RequestBody.ReadAsync(context, HttpLimits.EntryBytesMax, body => EntryJson.Read(body, shape)) is not { } draft)
            return Problems.TooLarge($"A body has at most {HttpLimits.EntryBytesMax} bytes here; nothing was done.");
        if (draft.Refusal is { } refusal)
            return Problems.Rejected(refusal);
        return await RecordAsync(accounts, AccountPath.Of(context), draft.Entry!, aborted);
    }

    /// <summary>Records one entry, and answers as every call does that holds one.</summary>
    public static async Task<IResult> RecordAsync(AccountClient accounts, string accountId, Entry entry, CancellationToken cancellation)
    {
        var outcome = await accounts.RecordAsync(accountId, entry, cancellation);
        var row = OutcomeTable.Row(outcome.Status);
        return row.IsError
            ? Problems.Of(outcome)
            : JsonAnswer.Of(new WriteAnswer(row.Name, outcome.Version), ApiJson.Plain.WriteAnswer, row.HttpStatus);
    }

    private static async Task<IResult> GetBalanceAsync(HttpContext context, AccountClient accounts, TimeProvider time, CancellationToken aborted)
    {
        if (StrictQuery.Read(context.Request, "at", out var text) is { } foreign)
            return Problems.Rejected(foreign);
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (text is not null && StrictQuery.ReadAt(text, out at) is { } refusal)
            return Problems.Rejected(refusal);
        var asked = await accounts.GetBalanceAsync(AccountPath.Of(context), at, aborted);
        if (!asked.IsAvailable)
            return asked.Horizon is { } horizon ? Problems.BeforeHorizon(horizon) : Problems.Unavailable(Problems.AskAgain);
        var (accountId, answeredAt, balance, version) = asked.Answer;
        return JsonAnswer.Of(new BalanceAnswerBody(accountId, answeredAt, balance == 0 ? null : balance, version), ApiJson.Plain.BalanceAnswerBody);
    }
}
