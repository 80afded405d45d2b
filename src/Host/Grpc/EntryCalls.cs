using CreditActors.Ledger;
using CreditActors.Sharding;
using GpuCredit.Host.Http;
using Grpc.Core;

namespace GpuCredit.Host.Grpc;

/// <summary>The calls on entries of any accounts: a batch, and a stream.</summary>
internal sealed class EntryCalls(AccountClient accounts, StreamBudgets budgets, IHostApplicationLifetime lifetime) : V1.Entries.EntriesBase
{
    public override async Task<V1.RecordEntriesResponse> RecordEntries(V1.RecordEntriesRequest request, ServerCallContext context)
    {
        if (request.Entries.Count > HttpLimits.BatchEntriesMax)
            throw GrpcProblems.TooLarge($"A request takes at most {HttpLimits.BatchEntriesMax} entries; nothing was done.");
        var drafts = new List<EntryDraft>(request.Entries.Count);
        foreach (var entry in request.Entries)
            drafts.Add(EntryMessages.Read(entry));
        var outcomes = await BatchEndpoint.RecordAsync(accounts, drafts, context.CancellationToken);
        var answer = new V1.RecordEntriesResponse();
        foreach (var outcome in outcomes)
            answer.Outcomes.Add(OutcomeMessages.Of(outcome));
        if (Array.Exists(outcomes, outcome => outcome.Status == OutcomeStatus.Unavailable))
            answer.RetryAfterMs = GrpcProblems.RetryAfterMs;
        return answer;
    }

    public override async Task StreamEntries(IAsyncStreamReader<V1.StreamEntriesRequest> requestStream, IServerStreamWriter<V1.StreamEntriesResponse> responseStream, ServerCallContext context)
    {
        using var stream = new EntryStream(accounts, budgets.Entries, requestStream, responseStream, lifetime.ApplicationStopping, context.CancellationToken);
        await stream.RunAsync();
    }
}
