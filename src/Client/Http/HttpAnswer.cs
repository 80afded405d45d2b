using System.Net;
using System.Net.Http.Headers;

namespace GpuCredit.Client.Http;

/// <summary>An answer, read whole.</summary>
internal readonly record struct HttpAnswer(HttpStatusCode Status, string? MediaType, TimeSpan? RetryAfter, ReadOnlyMemory<byte> Body)
{
    public const string Json = "application/json";
    public const string JsonLines = "application/x-ndjson";
    public const string Problem = "application/problem+json";

    public bool Is(string mediaType) => string.Equals(MediaType, mediaType, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="GpuCreditException">The answer has more than <paramref name="bytesMax"/>: it can't be GpuCredit's.</exception>
    public static async Task<HttpAnswer> ReadAsync(HttpResponseMessage response, int bytesMax, DateTimeOffset now, CancellationToken cancellation)
    {
        using var body = new MemoryStream((int)Math.Clamp(response.Content.Headers.ContentLength ?? 0, 0, bytesMax));
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var piece = new byte[16 * 1024];
        while (await stream.ReadAsync(piece, cancellation) is var count and > 0)
        {
            if (body.Length + count > bytesMax)
                throw new GpuCreditException($"The answer to {response.RequestMessage?.RequestUri} has more than {bytesMax} bytes, so it isn't GpuCredit's.");
            body.Write(piece, 0, count);
        }

        return new(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            Wait(response.Headers.RetryAfter, now),
            body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    /// <summary>Not GpuCredit's answer: a proxy's, a login page, another service at this address.</summary>
    public GpuCreditException Foreign(Uri? address) => new(
        $"{address} answered {(int)Status} ({MediaType ?? "no content type"}), which isn't an answer of GpuCredit's to this call.",
        isTransient: (int)Status is >= 500 or 408 or 425 or 429 or (>= 200 and < 300))
    {
        RetryAfter = RetryAfter,
    };

    private static TimeSpan? Wait(RetryConditionHeaderValue? header, DateTimeOffset now) =>
        header?.Delta ?? (header?.Date is { } date ? date > now ? date - now : TimeSpan.Zero : null);
}
