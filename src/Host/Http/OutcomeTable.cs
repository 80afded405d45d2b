using System.Diagnostics;
using CreditActors.Ledger;
using Grpc.Core;

namespace GpuCredit.Host.Http;

/// <summary>What an outcome is called and how it is answered: the one table from the ledger's words to the protocols'.</summary>
internal static class OutcomeTable
{
    public static OutcomeRow Row(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Recorded => new("recorded", StatusCodes.Status201Created, StatusCode.OK, V1.OutcomeStatus.Recorded, IsError: false),
        OutcomeStatus.Duplicate => new("duplicate", StatusCodes.Status200OK, StatusCode.OK, V1.OutcomeStatus.Duplicate, IsError: false),
        OutcomeStatus.Superseded => new("superseded", StatusCodes.Status200OK, StatusCode.OK, V1.OutcomeStatus.Superseded, IsError: false),
        OutcomeStatus.Conflict => new("conflict", StatusCodes.Status409Conflict, StatusCode.AlreadyExists, V1.OutcomeStatus.Conflict, IsError: true),
        OutcomeStatus.Rejected => new("rejected", StatusCodes.Status400BadRequest, StatusCode.InvalidArgument, V1.OutcomeStatus.Rejected, IsError: true),
        OutcomeStatus.Late => new("late", StatusCodes.Status422UnprocessableEntity, StatusCode.FailedPrecondition, V1.OutcomeStatus.Late, IsError: true),
        OutcomeStatus.Unavailable => new("unavailable", StatusCodes.Status503ServiceUnavailable, StatusCode.Unavailable, V1.OutcomeStatus.Unavailable, IsError: true),
        _ => throw new UnreachableException(),
    };
}

/// <summary>One row of <see cref="OutcomeTable"/>.</summary>
/// <param name="Name">The status in an answer, and the problem's <c>code</c> when it's an error.</param>
/// <param name="HttpStatus">The status of a request that held this entry alone.</param>
/// <param name="GrpcStatus">The status of a call that held this entry alone.</param>
/// <param name="GrpcOutcome">Its name in gRPC's messages.</param>
/// <param name="IsError">Answered with a problem document, or with the status of an error.</param>
internal readonly record struct OutcomeRow(string Name, int HttpStatus, StatusCode GrpcStatus, V1.OutcomeStatus GrpcOutcome, bool IsError);
