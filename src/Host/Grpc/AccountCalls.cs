using CreditActors.Sharding;
using GpuCredit.Host.Http;
using Grpc.Core;

namespace GpuCredit.Host.Grpc;

/// <summary>The calls on one account: add a credit, use credit, ask the balance; and a stream of such questions.</summary>
internal sealed class AccountCalls(AccountClient accounts, StreamBudgets budgets, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<AccountCalls> logger) : V1.Accounts.AccountsBase
{
    public override async Task<V1.AddCreditResponse> AddCredit(V1.AddCreditRequest request, ServerCallContext context)
    {
        var accountId = AccountOf(request.HasAccountId, request.AccountId);
        var (status, version) = await RecordAsync(EntryMessages.Read(accountId, request.Credit), context);
        return new() { Status = status, Version = version };
    }

    public override async Task<V1.UseCreditResponse> UseCredit(V1.UseCreditRequest request, ServerCallContext context)
    {
        var accountId = AccountOf(request.HasAccountId, request.AccountId);
        var (status, version) = await RecordAsync(EntryMessages.Read(accountId, request.Usage), context);
        return new() { Status = status, Version = version };
    }

    public override async Task<V1.GetBalanceResponse> GetBalance(V1.GetBalanceRequest request, ServerCallContext context)
    {
        if (BalanceQuestions.Read(request, time, out var at) is { } refusal)
            throw GrpcProblems.Rejected(refusal);
        var asked = await accounts.GetBalanceAsync(request.AccountId, at, context.CancellationToken);
        if (!asked.IsAvailable)
            throw asked.Horizon is { } horizon ? GrpcProblems.BeforeHorizon(horizon) : GrpcProblems.Unavailable(Problems.AskAgain);
        var answer = new V1.GetBalanceResponse { AccountId = asked.Answer.AccountId, At = asked.Answer.At, Version = asked.Answer.Version };
        if (asked.Answer.Balance != 0)
            answer.Balance = asked.Answer.Balance;
        return answer;
    }

    public override async Task StreamBalances(IAsyncStreamReader<V1.StreamBalancesRequest> requestStream, IServerStreamWriter<V1.StreamBalancesResponse> responseStream, ServerCallContext context)
    {
        using var stream = new BalanceStream(accounts, time, logger, budgets.Questions, requestStream, responseStream, lifetime.ApplicationStopping, context.CancellationToken);
        await stream.RunAsync();
    }

    private static string AccountOf(bool isGiven, string accountId) =>
        BalanceQuestions.CheckAccount(isGiven, accountId) is { } refusal ? throw GrpcProblems.Rejected(refusal) : accountId;

    private async Task<(V1.OutcomeStatus Status, long Version)> RecordAsync(EntryDraft draft, ServerCallContext context)
    {
        if (draft.Refusal is { } refusal)
            throw GrpcProblems.Rejected(refusal);
        var outcome = await accounts.RecordAsync(draft.AccountId, draft.Entry!, context.CancellationToken);
        var row = OutcomeTable.Row(outcome.Status);
        return row.IsError ? throw GrpcProblems.Of(outcome) : (row.GrpcOutcome, outcome.Version);
    }
}
