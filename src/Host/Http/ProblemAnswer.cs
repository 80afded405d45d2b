using System.Globalization;

namespace GpuCredit.Host.Http;

/// <summary>Answers with a problem document, and says when to come back where coming back helps.</summary>
internal sealed class ProblemAnswer(ProblemBody body) : IResult
{
    public const string ContentType = "application/problem+json";

    public ProblemBody Body { get; } = body;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Body.Status;
        if (Body.Status == StatusCodes.Status503ServiceUnavailable)
            SetRetryAfter(httpContext.Response);
        return JsonAnswer.WriteAsync(httpContext, Body, ApiJson.Plain.ProblemBody, ContentType);
    }

    public static void SetRetryAfter(HttpResponse response) =>
        response.Headers.RetryAfter = HttpLimits.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
}
