using System.Buffers;
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
        if (request.Headers.ContentEncoding.Count > 0 || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
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

    /// <summary>
    /// Reads and parses. A body of more than <paramref name="bytesMax"/>, in chunks or not, ends in the server's
    /// <see cref="BadHttpRequestException"/>, which <see cref="Faults"/> answers.
    /// </summary>
    public static async ValueTask<T> ReadAsync<T>(HttpContext context, int bytesMax, Parser<T> parse)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = bytesMax;
        var body = context.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            if (read.IsCompleted)
            {
                var parsed = parse(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
                body.AdvanceTo(read.Buffer.End);
                return parsed;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
