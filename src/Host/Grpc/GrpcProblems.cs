using CreditActors.Ledger;
using CreditActors.Protocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using GpuCredit.Host.Http;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace GpuCredit.Host.Grpc;

/// <summary>Every error that a call can end with, by the same codes and in the same words as <see cref="Problems"/>.</summary>
internal static class GrpcProblems
{
    public const string CodeTrailer = "gpucredit-code";
    public const string FieldTrailer = "gpucredit-field";
    public const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>Tells a client's own retries when to come: gRPC's way, in milliseconds.</summary>
    public const string PushbackTrailer = "grpc-retry-pushback-ms";

    public const string StatusHeader = "grpc-status";
    public const string Unknown = "2";
    public const string ResourceExhausted = "8";

    /// <summary>Of a call, or a question, that was given up here while the caller still waits.</summary>
    public const string GivenUp = "The call was given up before it was answered, and what became of it isn't known: send it again.";

    public const string FaultDetail = "A fault of the service; it is in its log.";

    private const string ContentType = "application/grpc";

    public static int RetryAfterMs => HttpLimits.RetryAfterSeconds * 1_000;

    public static RpcException Rejected(Refusal refusal) => Of(EntryOutcome.Rejected(refusal));

    /// <summary>The end of a call whose one entry had an outcome that <see cref="OutcomeTable"/> calls an error.</summary>
    public static RpcException Of(EntryOutcome outcome)
    {
        var row = OutcomeTable.Row(outcome.Status);
        return Of(row.GrpcStatus, row.Name, Problems.Describe(outcome), outcome.Refusal, OutcomeMessages.Of(outcome));
    }

    /// <summary>A question for a tick before the account's horizon.</summary>
    public static RpcException BeforeHorizon(long horizon)
    {
        var refusal = Problems.BeforeHorizonRefusal(horizon);
        return Of(StatusCode.OutOfRange, Problems.BeforeHorizonCode, Problems.Describe(refusal), refusal);
    }

    public static RpcException Unavailable(string detail)
    {
        var row = OutcomeTable.Row(OutcomeStatus.Unavailable);
        return Of(row.GrpcStatus, row.Name, detail);
    }

    public static RpcException TooLarge(string detail) => Of(StatusCode.ResourceExhausted, Problems.TooLargeCode, detail);

    /// <summary>What gRPC itself has refused to read, in our words and with our code.</summary>
    public static RpcException TooLong(int bytesMax) => TooLarge($"A message of this call has at most {bytesMax} bytes; nothing of it was done.");

    public static RpcException Unreadable() => Of(StatusCode.InvalidArgument, Problems.BadRequestCode, "A message can't be read as Protobuf; nothing of it was done.");

    public static RpcException Unimplemented() => Of(StatusCode.Unimplemented, Problems.NotFoundCode, "There is no such call here.");

    public static RpcException Fault() => Of(StatusCode.Internal, Problems.FaultCode, FaultDetail);

    /// <summary>Answers in place of a call that isn't begun.</summary>
    public static Task AnswerAsync(HttpContext context, RpcException problem)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK; // gRPC has a status of its own
        response.ContentType = ContentType;
        response.Headers[StatusHeader] = ((int)problem.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        // Its own encoding in a header; ours are plain sentences, in which it changes nothing but a percent sign.
        response.Headers["grpc-message"] = problem.Status.Detail.Replace("%", "%25", StringComparison.Ordinal);
        foreach (var trailer in problem.Trailers)
            response.Headers[trailer.Key] = trailer.IsBinary ? Convert.ToBase64String(trailer.ValueBytes) : trailer.Value;
        return response.StartAsync(context.RequestAborted);
    }

    private static RpcException Of(StatusCode status, string code, string detail, Refusal? refusal = null, V1.Outcome? outcome = null)
    {
        var rich = new Google.Rpc.Status { Code = (int)status, Message = detail };
        var trailers = new Metadata { { CodeTrailer, code } };
        if (outcome is not null)
            rich.Details.Add(Any.Pack(outcome));
        if (refusal is not null)
        {
            trailers.Add(FieldTrailer, refusal.Field);
            rich.Details.Add(Any.Pack(new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = refusal.Field, Description = refusal.Rule } } }));
        }

        if (status == StatusCode.Unavailable)
        {
            trailers.Add(PushbackTrailer, RetryAfterMs.ToString(System.Globalization.CultureInfo.InvariantCulture));
            rich.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(RetryAfterMs)) }));
        }

        trailers.Add(DetailsTrailer, rich.ToByteArray());
        return new RpcException(new Status(status, detail), trailers);
    }
}
