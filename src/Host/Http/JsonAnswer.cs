using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace GpuCredit.Host.Http;

/// <summary>A JSON answer, written whole: with its length, in one piece, rather than in chunks.</summary>
internal static class JsonAnswer
{
    public static IResult Of<T>(T body, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) => new Answer<T>(body, type, status);

    public static async Task WriteAsync<T>(HttpContext context, T body, JsonTypeInfo<T> type, string contentType = RequestBody.Json)
    {
        var octets = JsonSerializer.SerializeToUtf8Bytes(body, type);
        context.Response.ContentType = contentType;
        context.Response.ContentLength = octets.Length;
        await context.Response.BodyWriter.WriteAsync(octets, context.RequestAborted);
    }

    private sealed class Answer<T>(T body, JsonTypeInfo<T> type, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return WriteAsync(httpContext, body, type);
        }
    }
}
