using CreditActors.Sharding;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// One budget for streams of entries and one for streams of questions, so that neither kind waits for the other: while the event store is slow
/// entries fill theirs, and accounts that are in memory still answer.
/// </summary>
internal sealed class StreamBudgets(AccountClient accounts) : IDisposable
{
    public StreamBudget Entries { get; } = new(new(
        GrpcLimits.StreamRequestEntriesMax, GrpcLimits.StreamEntriesUnderWayMax, GrpcLimits.StreamEntriesOwn, GrpcLimits.SharedEntriesUnderWayMax, accounts.EntriesInFlightMax / 2));

    public StreamBudget Questions { get; } = new(new(
        GrpcLimits.StreamRequestQuestionsMax, GrpcLimits.StreamQuestionsUnderWayMax, GrpcLimits.StreamQuestionsOwn, GrpcLimits.SharedQuestionsUnderWayMax, accounts.EntriesInFlightMax / 4));

    public void Dispose()
    {
        Entries.Dispose();
        Questions.Dispose();
    }
}
