using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace DoorBench.Doors;

/// <summary>The HTTP API: one usage a request, or batches as a JSON array, as lines or as CloudEvents.</summary>
internal sealed class HttpDoor : IDoor
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http;
    private readonly Func<IReadOnlyList<UsageLine>, HttpRequestMessage> _write;
    private readonly CallCount _count = new();

    private HttpDoor(string name, Uri host, int senders, int batchSize, Func<IReadOnlyList<UsageLine>, HttpRequestMessage> write)
    {
        (Name, Senders, BatchSize, _write) = (name, senders, batchSize, write);
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = senders }) { BaseAddress = host, Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Name { get; }

    public int Senders { get; }

    public int BatchSize { get; }

    public Bound Bound => BatchSize == 1 ? Bound.Calls : Bound.Batches;

    public static HttpDoor OneByOne(Uri host) => new("HTTP, one usage a request", host, senders: 256, batchSize: 1, batch =>
        Post($"/v1/accounts/{batch[0].AccountId}/usages", $$"""{"usageId":"{{batch[0].UsageId}}","amount":1,"timestamp":{{batch[0].Timestamp}}}""", "application/json"));

    public static HttpDoor Array(Uri host) => new("HTTP, JSON arrays of 1,000", host, senders: 8, batchSize: 1_000, batch =>
        Post("/v1/entries", $"[{string.Join(',', batch.Select(usage => usage.ToJson()))}]", "application/json"));

    public static HttpDoor Lines(Uri host) => new("HTTP, lines by the 1,000", host, senders: 8, batchSize: 1_000, batch =>
        Post("/v1/entries", string.Join('\n', batch.Select(usage => usage.ToJson())), "application/x-ndjson"));

    public static HttpDoor CloudEvents(Uri host) => new("CloudEvents, batches of 1,000", host, senders: 8, batchSize: 1_000, batch =>
        Post("/v1/events", $"[{string.Join(',', batch.Select(usage => usage.ToCloudEvent()))}]", "application/cloudevents-batch+json"));

    public async Task SendAsync(int sender, IReadOnlyList<UsageLine> batch)
    {
        while (!await _count.TryAsync(1, () => TryAsync(batch)))
        {
            _count.Again();
            await Task.Delay(Pause);
        }

        _count.Stored(batch.Count);
    }

    public Task<DoorState> LookAsync() => Task.FromResult(_count.State);

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static HttpRequestMessage Post(string path, string body, string mediaType) => new(HttpMethod.Post, path)
    {
        Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
    };

    /// <returns>Whether all of it is stored; otherwise it is to be sent again.</returns>
    private async Task<bool> TryAsync(IReadOnlyList<UsageLine> batch)
    {
        try
        {
            using var request = _write(batch);
            using var response = await _http.SendAsync(request);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                return false;
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
                throw new InvalidOperationException($"{Name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            if (BatchSize > 1)
                Expect(await response.Content.ReadAsStringAsync(), batch.Count);
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException or SocketException)
        {
            return false;
        }
    }

    private void Expect(string answer, int count)
    {
        var lines = answer.StartsWith('[')
            ? JsonDocument.Parse(answer).RootElement.EnumerateArray().ToList()
            : [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        if (lines.Count != count || lines.Exists(line => line.GetProperty("status").GetString() is not ("recorded" or "duplicate")))
            throw new InvalidOperationException($"{Name}: {lines.Count} answers for {count}: {answer[..Math.Min(300, answer.Length)]}");
    }
}
