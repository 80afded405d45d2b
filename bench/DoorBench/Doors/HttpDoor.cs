using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace DoorBench.Doors;

/// <summary>The HTTP API: one usage a request, or batches as a JSON array, as lines or as CloudEvents.</summary>
internal sealed class HttpDoor : IDoor
{
    /// <summary>As the Host says it.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

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
        while (true)
        {
            _count.Begin(1);
            var left = await TryAsync(batch);
            _count.End(1, stored: batch.Count - left.Count);
            if (left.Count == 0)
                return;
            batch = left;
            _count.Again();
            await Task.Delay(RetryAfter);
        }
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

    /// <returns>What isn't known to be stored, and is to be sent again.</returns>
    private async Task<IReadOnlyList<UsageLine>> TryAsync(IReadOnlyList<UsageLine> batch)
    {
        try
        {
            using var request = _write(batch);
            using var response = await _http.SendAsync(request);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable))
                throw new InvalidOperationException($"{Name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
                return batch;
            return BatchSize == 1 ? [] : Undecided(await response.Content.ReadAsStringAsync(), batch);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException or SocketException)
        {
            return batch;
        }
    }

    private List<UsageLine> Undecided(string answer, IReadOnlyList<UsageLine> batch)
    {
        var statuses = Statuses(answer);
        if (statuses.Count != batch.Count || statuses.Exists(status => status is not ("recorded" or "duplicate" or "unavailable")))
            throw new InvalidOperationException($"{Name}: {statuses.Count} answers for {batch.Count}: {answer[..Math.Min(300, answer.Length)]}");
        return [.. batch.Where((_, n) => statuses[n] == "unavailable")];
    }

    private static List<string?> Statuses(string answer)
    {
        if (!answer.StartsWith('['))
            return [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(line => Statuses($"[{line}]"))];
        using var read = JsonDocument.Parse(answer);
        return [.. read.RootElement.EnumerateArray().Select(outcome => outcome.GetProperty("status").GetString())];
    }
}
