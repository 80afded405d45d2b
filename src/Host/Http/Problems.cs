using System.Diagnostics;
using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace GpuCredit.Host.Http;

/// <summary>Every problem that the API answers, by its stable code.</summary>
internal static class Problems
{
    public const string TooLargeCode = "too_large";
    public const string UnsupportedMediaTypeCode = "unsupported_media_type";
    public const string NotFoundCode = "not_found";
    public const string MethodNotAllowedCode = "method_not_allowed";
    public const string BadRequestCode = "bad_request";
    public const string FaultCode = "fault";
    public const string BeforeHorizonCode = "before_horizon";

    /// <summary>The codes that aren't an entry's outcome.</summary>
    public static readonly string[] OtherCodes =
        [TooLargeCode, UnsupportedMediaTypeCode, NotFoundCode, MethodNotAllowedCode, BadRequestCode, FaultCode, BeforeHorizonCode];

    /// <summary>A question that had no answer.</summary>
    public const string AskAgain = "The account didn't answer in time; ask again.";

    private const string SendAgain = "The entry isn't known to be stored; sending it again is safe.";

    public static ProblemAnswer Rejected(Refusal refusal) => Of(OutcomeTable.Row(OutcomeStatus.Rejected), Describe(refusal), refusal.Field);

    /// <summary>The problem of an outcome that <see cref="OutcomeTable"/> calls an error.</summary>
    public static ProblemAnswer Of(EntryOutcome outcome)
    {
        var row = OutcomeTable.Row(outcome.Status);
        return outcome.Status switch
        {
            OutcomeStatus.Rejected => Rejected(outcome.Refusal!),
            OutcomeStatus.Conflict => Of(row, Describe(outcome), version: outcome.Version, standing: StandingEntry.Of(outcome.Standing!)),
            OutcomeStatus.Late => Of(row, Describe(outcome), version: outcome.Version),
            OutcomeStatus.Unavailable => Of(row, Describe(outcome)),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>A question for a tick before the account's horizon.</summary>
    public static ProblemAnswer BeforeHorizon(long horizon)
    {
        var refusal = BeforeHorizonRefusal(horizon);
        return Of(BeforeHorizonCode, StatusCodes.Status422UnprocessableEntity, Describe(refusal), refusal.Field);
    }

    public static Refusal BeforeHorizonRefusal(long horizon) => new(
        "at", string.Create(CultureInfo.InvariantCulture, $"must not be before the account's horizon, {horizon}: those books are closed"));

    public static ProblemAnswer Unavailable(string detail) => Of(OutcomeTable.Row(OutcomeStatus.Unavailable), detail);

    public static ProblemAnswer TooLarge(string detail) => Of(TooLargeCode, StatusCodes.Status413PayloadTooLarge, detail);

    public static ProblemAnswer UnsupportedMediaType(string detail) =>
        Of(UnsupportedMediaTypeCode, StatusCodes.Status415UnsupportedMediaType, detail);

    public static ProblemAnswer NoMember(string address, IEnumerable<string> members) =>
        Of(NotFoundCode, StatusCodes.Status404NotFound, $"{address} is no member of the cluster; the members are {string.Join(", ", members)}.", "address");

    public static ProblemAnswer NoSource(string name, IEnumerable<string> sources) =>
        Of(NotFoundCode, StatusCodes.Status404NotFound, $"{name} is no source of this node; its sources are: {string.Join(", ", sources)}.", "name");

    public static ProblemAnswer NotFound() => Of(NotFoundCode, StatusCodes.Status404NotFound, "There is nothing at this path.");

    /// <summary>The problem of a status that the server or the routing chose.</summary>
    public static ProblemAnswer OfStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => NotFound(),
        StatusCodes.Status405MethodNotAllowed => Of(MethodNotAllowedCode, status, "This path takes other methods; the header Allow names them."),
        StatusCodes.Status413PayloadTooLarge => TooLarge("The body is longer than this call takes; nothing was done."),
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType("The body's content type isn't one that this call takes."),
        StatusCodes.Status503ServiceUnavailable => Unavailable("The service can't take the request now; sending it again is safe."),
        >= 500 => Of(FaultCode, status, "A fault of the service; it is in its log."),
        _ => Of(BadRequestCode, status, "The request can't be read."),
    };

    public static string Describe(Refusal refusal) => refusal.ToString();

    public static string Describe(EntryOutcome outcome) => outcome.Status switch
    {
        OutcomeStatus.Rejected => Describe(outcome.Refusal!),
        OutcomeStatus.Conflict => string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Standing!.Id} stands with other content in revision {outcome.Standing.Revision}; to change it, send a higher revision."),
        OutcomeStatus.Late => "The entry, or the edition that stands, lies before the horizon: those books are closed.",
        OutcomeStatus.Unavailable => SendAgain,
        _ => throw new UnreachableException(),
    };

    private static ProblemAnswer Of(OutcomeRow row, string detail, string? field = null, long? version = null, StandingEntry? standing = null) =>
        Of(row.Name, row.HttpStatus, detail, field, version, standing);

    private static ProblemAnswer Of(string code, int status, string detail, string? field = null, long? version = null, StandingEntry? standing = null) =>
        new(new ProblemBody($"urn:problem-type:gpucredit:{code}", Title(code), status, detail, code, field, version, standing));

    private static string Title(string code) => code switch
    {
        "conflict" => "The same revision stands with other content",
        "rejected" => "A rule is broken",
        "late" => "Before the horizon",
        "unavailable" => "Not available now",
        TooLargeCode => "Too large",
        UnsupportedMediaTypeCode => "Unsupported media type",
        NotFoundCode => "Not found",
        MethodNotAllowedCode => "Method not allowed",
        BadRequestCode => "Bad request",
        FaultCode => "Fault",
        BeforeHorizonCode => "Before the horizon",
        _ => throw new UnreachableException(),
    };
}
