using System.Globalization;
using System.Text.Json;

namespace GpuCredit.Host.Http;

/// <summary>Answers with a problem document, and says when to come back where coming back helps.</summary>
internal sealed class ProblemAnswer(ProblemBody body) : IResult
{
    public const string ContentType = "application/problem+json";

    public ProblemBody Body { get; } = body;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Body.Status;
        httpContext.Response.ContentType = ContentType;
        if (Body.Status == StatusCodes.Status503ServiceUnavailable)
            SetRetryAfter(httpContext.Response);
        return JsonSerializer.SerializeAsync(httpContext.Response.Body, Body, ApiJson.Plain.ProblemBody, httpContext.RequestAborted);
    }

    public static void SetRetryAfter(HttpResponse response) =>
        response.Headers.RetryAfter = HttpLimits.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
}
