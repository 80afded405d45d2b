using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using DoorBench;
using PeerBench.Work;

namespace PeerBench.Peers.Ours;

/// <summary>gpucredit-http: one entry a post, or lines (NDJSON) of them to POST /v1/entries; a connection for each caller.</summary>
internal sealed class HttpPeer(Site site, bool sqlite, int clients) : HostPeer(site, sqlite)
{
    private const int LineBytes = 140;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Lines = new("application/x-ndjson");
    private static readonly Uri Batch = new("/v1/entries", UriKind.Relative);

    private HttpClient? _http;

    private HttpClient Http => _http ?? throw new InvalidOperationException("Not open.");

    public override async Task<bool> PutAsync(int worker, WorkEntry entry)
    {
        var body = new ArrayBufferWriter<byte>(LineBytes);
        OurEntries.WriteJson(entry, body);
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/accounts/a{entry.Account}/{(entry.IsCredit ? "credits" : "usages")}");
        using var response = await PostAsync(new Uri(path, UriKind.Relative), body, Json);
        return response.StatusCode switch
        {
            HttpStatusCode.Created => true,
            HttpStatusCode.OK or HttpStatusCode.Conflict => false,
            _ => throw await UnexpectedAsync(response),
        };
    }

    public override async Task PutBatchAsync(int worker, WorkEntry[] entries)
    {
        var body = new ArrayBufferWriter<byte>(entries.Length * LineBytes);
        foreach (var entry in entries)
            OurEntries.WriteLine(entry, body);
        using var response = await PostAsync(Batch, body, Lines);
        if (response.StatusCode != HttpStatusCode.OK)
            throw await UnexpectedAsync(response);
        if (Stored(await response.Content.ReadAsByteArrayAsync()) is var stored && stored != entries.Length)
            throw new InvalidOperationException($"{stored} of {entries.Length} entries are stored.");
    }

    public override async Task<long> BalanceAsync(int worker, long account, long at)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/accounts/a{account}/balance?at={at}");
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode == HttpStatusCode.OK ? Balance(await response.Content.ReadAsByteArrayAsync()) : throw await UnexpectedAsync(response);
    }

    protected override void Connect(HostUnderTest host) =>
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Math.Max(clients, 1) }) { BaseAddress = host.Url };

    protected override Task DisconnectAsync()
    {
        _http?.Dispose();
        return Task.CompletedTask;
    }

    private async Task<HttpResponseMessage> PostAsync(Uri path, ArrayBufferWriter<byte> body, MediaTypeHeaderValue type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = type } } };
        return await Http.SendAsync(request);
    }

    private static int Stored(ReadOnlySpan<byte> lines)
    {
        var stored = 0;
        var reader = new Utf8JsonReader(lines, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("status"u8))
                continue;
            reader.Read();
            if (reader.ValueTextEquals("recorded"u8) || reader.ValueTextEquals("duplicate"u8) || reader.ValueTextEquals("conflict"u8))
                stored++;
        }

        return stored;
    }

    private static long Balance(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("balance"u8))
                continue;
            reader.Read();
            return reader.TokenType == JsonTokenType.Null ? 0 : reader.GetInt64();
        }

        throw new UnreachableException();
    }

    private static async Task<InvalidOperationException> UnexpectedAsync(HttpResponseMessage response) =>
        new($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
}
