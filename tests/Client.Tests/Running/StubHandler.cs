using System.Net;
using System.Text;

namespace Client.Tests.Running;

/// <summary>Answers HTTP requests as the test says.</summary>
internal sealed class StubHandler(Func<int, HttpResponseMessage> answer) : HttpMessageHandler
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public static HttpResponseMessage Text(HttpStatusCode status, string body, string mediaType, int? retryAfterSeconds = null)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        if (retryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
        return response;
    }

    public static HttpResponseMessage Unavailable(int? retryAfterSeconds = null) => Text(
        HttpStatusCode.ServiceUnavailable, """{"code":"unavailable","detail":"busy"}""", "application/problem+json", retryAfterSeconds);

    public static HttpResponseMessage Recorded() => Text(HttpStatusCode.Created, """{"status":"recorded","version":1}""", "application/json");

    /// <summary>An error of gRPC, in headers only.</summary>
    public static HttpResponseMessage GrpcError(int status, string? code, byte[]? details = null)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, Content = new ByteArrayContent([]) };
        response.Content.Headers.ContentType = new("application/grpc");
        response.Headers.Add("grpc-status", $"{status}");
        if (code is not null)
            response.Headers.Add("gpucredit-code", code);
        if (details is not null)
            response.Headers.Add("grpc-status-details-bin", Convert.ToBase64String(details));
        return response;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(answer(Interlocked.Increment(ref _count)));
}
