using CreditActors.Ledger;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Grpc;

/// <summary>Why a question of a stream has no answer: what <see cref="GrpcProblems"/> says of a question that comes by itself. Messages that many answers share: never changed.</summary>
internal static class BalanceErrors
{
    /// <summary>The account didn't answer in time.</summary>
    public static readonly V1.BalanceError Unavailable = NotNow(Problems.AskAgain);

    /// <summary>It was given up here.</summary>
    public static readonly V1.BalanceError GivenUp = NotNow(GrpcProblems.GivenUp);

    /// <summary>A fault of ours.</summary>
    public static readonly V1.BalanceError Fault = new() { Code = Problems.FaultCode, Detail = GrpcProblems.FaultDetail };

    public static V1.BalanceError Rejected(Refusal refusal) => Of(OutcomeTable.Row(OutcomeStatus.Rejected).Name, refusal);

    public static V1.BalanceError BeforeHorizon(long horizon) => Of(Problems.BeforeHorizonCode, Problems.BeforeHorizonRefusal(horizon));

    private static V1.BalanceError Of(string code, Refusal refusal) => new() { Code = code, Field = refusal.Field, Detail = Problems.Describe(refusal) };

    private static V1.BalanceError NotNow(string detail) => new() { Code = OutcomeTable.Row(OutcomeStatus.Unavailable).Name, Detail = detail, RetryAfterMs = GrpcProblems.RetryAfterMs };
}
