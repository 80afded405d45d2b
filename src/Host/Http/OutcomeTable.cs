using System.Diagnostics;
using CreditActors.Ledger;

namespace GpuCredit.Host.Http;

/// <summary>What an outcome is called and how it is answered: the one table from the ledger's words to the protocols'.</summary>
internal static class OutcomeTable
{
    public static OutcomeRow Row(OutcomeStatus status) => status switch
    {
        OutcomeStatus.Recorded => new("recorded", StatusCodes.Status201Created, IsError: false),
        OutcomeStatus.Duplicate => new("duplicate", StatusCodes.Status200OK, IsError: false),
        OutcomeStatus.Superseded => new("superseded", StatusCodes.Status200OK, IsError: false),
        OutcomeStatus.Conflict => new("conflict", StatusCodes.Status409Conflict, IsError: true),
        OutcomeStatus.Rejected => new("rejected", StatusCodes.Status400BadRequest, IsError: true),
        OutcomeStatus.Late => new("late", StatusCodes.Status422UnprocessableEntity, IsError: true),
        OutcomeStatus.Unavailable => new("unavailable", StatusCodes.Status503ServiceUnavailable, IsError: true),
        _ => throw new UnreachableException(),
    };
}

/// <summary>One row of <see cref="OutcomeTable"/>.</summary>
/// <param name="Name">The status in an answer, and the problem's <c>code</c> when it's an error.</param>
/// <param name="HttpStatus">The status of a request that held this entry alone.</param>
/// <param name="IsError">Answered with a problem document.</param>
internal readonly record struct OutcomeRow(string Name, int HttpStatus, bool IsError);
