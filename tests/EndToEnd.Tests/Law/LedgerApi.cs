using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Law;

/// <summary>The calls of the contract over one connection.</summary>
internal sealed class LedgerApi(Uri host, TimeSpan? patience = null) : IDisposable
{
    private static readonly TimeSpan _patienceDefault = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 })
    {
        BaseAddress = host,
        Timeout = patience ?? _patienceDefault,
    };

    /// <summary>Posts one entry to its account's credits or usages.</summary>
    public async Task<Answer> PostAsync(Edition edition)
    {
        var path = $"/v1/accounts/{Uri.EscapeDataString(edition.AccountId)}/{(edition.IsCredit ? "credits" : "usages")}";
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), Json(edition.ToBody().ToJsonString()));
        var text = await response.Content.ReadAsStringAsync();
        if (IsUnavailable(response)) return new Answer(Answer.Unavailable, 0);
        if (!response.IsSuccessStatusCode) return new Answer($"{(int)response.StatusCode} {text}", 0);
        var answer = ReadAnswer(JsonNode.Parse(text));
        Assert.Equal(answer.Status == "recorded" ? HttpStatusCode.Created : HttpStatusCode.OK, response.StatusCode);
        return answer;
    }

    /// <summary>Posts several entries at once.</summary>
    /// <returns>An answer for each of them, in their order.</returns>
    public async Task<IReadOnlyList<Answer>> PostAllAsync(IReadOnlyList<Edition> editions, bool asLines)
    {
        using var body = asLines
            ? Lines(string.Concat(editions.Select(edition => edition.ToElement().ToJsonString() + "\n")))
            : Json($"[{string.Join(',', editions.Select(edition => edition.ToElement().ToJsonString()))}]");
        using var response = await _http.PostAsync(new Uri("/v1/entries", UriKind.Relative), body);
        var text = await response.Content.ReadAsStringAsync();
        if (IsUnavailable(response) && IsProblem(response))
            return [.. editions.Select(_ => new Answer(Answer.Unavailable, 0))];

        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{(int)response.StatusCode} {text}");
        IReadOnlyList<Answer> answers = asLines
            ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => ReadAnswer(JsonNode.Parse(line)))]
            : [.. JsonNode.Parse(text)!.AsArray().Select(ReadAnswer)];
        Assert.Equal(editions.Count, answers.Count);
        Assert.Equal(response.StatusCode == HttpStatusCode.OK, answers.All(answer => answer.Status != Answer.Unavailable));
        return answers;
    }

    /// <summary>Asks for the balance of an account at a tick.</summary>
    public async Task<Balance> BalanceAsync(string accountId, long at)
    {
        var path = $"/v1/accounts/{Uri.EscapeDataString(accountId)}/balance?at={at}";
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) throw new HttpRequestException(text);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {text}");
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        Assert.Equal(accountId, root.GetProperty("accountId").GetString());
        Assert.Equal(at, root.GetProperty("at").GetInt64());
        var balance = root.GetProperty("balance");
        return new Balance(balance.ValueKind == JsonValueKind.Null ? null : balance.GetInt64(), root.GetProperty("version").GetInt64());
    }

    public void Dispose() => _http.Dispose();

    private static Answer ReadAnswer(JsonNode? node)
        => new(node!["status"]!.GetValue<string>(), node["version"]?.GetValue<long>() ?? 0);

    private static bool IsUnavailable(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.ServiceUnavailable) return false;
        Assert.NotNull(response.Headers.RetryAfter);
        return true;
    }

    private static bool IsProblem(HttpResponseMessage response)
        => response.Content.Headers.ContentType?.MediaType == "application/problem+json";

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static StringContent Lines(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
}
