using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace GpuCredit.Host.Http;

/// <summary>Reads a request's body whole, within a limit, and makes sure that it is what its label says.</summary>
internal static class RequestBody
{
    public const string Json = "application/json";
    public const string JsonLines = "application/x-ndjson";

    public delegate T Parser<T>(ReadOnlySpan<byte> body);

    /// <summary>The body's media type when it's one of <paramref name="taken"/>, in UTF-8 and not compressed; otherwise null.</summary>
    public static string? MediaType(HttpRequest request, params ReadOnlySpan<string> taken)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            return null;
        foreach (var candidate in taken)
        {
            if (request.ContentType == candidate)
                return candidate; // as nearly everybody writes it: nothing to parse
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return null;
        if (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return null;
        foreach (var candidate in taken)
        {
            if (type.MediaType.Equals(candidate, StringComparison.OrdinalIgnoreCase))
                return candidate;
        }

        return null;
    }

    /// <summary>Reads and parses; null when the body, in chunks or not, has more than <paramref name="bytesMax"/>.</summary>
    /// <remarks>
    /// The limit is counted here. The server's own would close the connection while the caller still sends, so that many
    /// callers see a broken pipe and no answer; it also counts the chunks' framing. What is beyond the limit is never held:
    /// the server reads and drops it after the answer, for five seconds at most.
    /// </remarks>
    public static async ValueTask<T?> ReadAsync<T>(HttpContext context, int bytesMax, Parser<T> parse)
        where T : struct
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        if (context.Request.ContentLength > bytesMax)
            return null;
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await ReadMoreAsync(body, context.RequestAborted);
            if (read.Buffer.Length > bytesMax)
            {
                body.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                try
                {
                    return parse(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
                }
                finally
                {
                    body.AdvanceTo(read.Buffer.End);
                }
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static async ValueTask<ReadResult> ReadMoreAsync(PipeReader body, CancellationToken aborted)
    {
        try
        {
            return await body.ReadAsync(aborted);
        }
        catch (IOException gone) when (gone is not BadHttpRequestException)
        {
            throw new CallerGoneException(gone);
        }
    }
}
