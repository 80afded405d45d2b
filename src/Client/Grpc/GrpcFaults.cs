using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace GpuCredit.Client.Grpc;

/// <summary>What a call that ended with an error says: GpuCredit's own refusal, or a fault on the way.</summary>
internal static class GrpcFaults
{
    private const string CodeTrailer = "gpucredit-code";

    /// <summary>The server's stable code; null when the error isn't GpuCredit's.</summary>
    public static string? Code(RpcException error) => error.Trailers.GetValue(CodeTrailer);

    public static bool IsTooLarge(RpcException error) => Code(error) == "too_large";

    /// <summary>The outcome that the error carries; null when it carries none.</summary>
    public static EntryOutcome? ReadOutcome(RpcException error, string accountId)
    {
        if (Code(error) is not { } code)
            return null;
        if (Detail<V1.Outcome>(error) is { } outcome)
            return GrpcEntries.ToOutcome(outcome, accountId, RetryAfter(error));
        return code switch
        {
            "rejected" => Refusal(error),
            "unavailable" => EntryOutcome.Unavailable(error.Status.Detail, RetryAfter(error)),
            _ => null,
        };
    }

    public static EntryOutcome Refusal(RpcException error) =>
        EntryOutcome.Rejected(error.Trailers.GetValue("gpucredit-field"), error.Status.Detail);

    /// <summary>Null also when it is no time by Protobuf's own rules.</summary>
    public static TimeSpan? RetryAfter(RpcException error)
    {
        try
        {
            return Detail<RetryInfo>(error)?.RetryDelay?.ToTimeSpan();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The error as a fault: nothing is known of the entries.</summary>
    public static GpuCreditException Fault(RpcException error, string target) => new(
        $"{target} could not be reached, or broke off: {error.StatusCode} ({error.Status.Detail})",
        isTransient: error.StatusCode is not (
            StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented or StatusCode.InvalidArgument or StatusCode.NotFound),
        error)
    {
        RetryAfter = RetryAfter(error),
    };

    /// <summary>Null when the trailers don't hold it, or can't be read.</summary>
    private static T? Detail<T>(RpcException error)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return error.GetRpcStatus()?.GetDetail<T>();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
