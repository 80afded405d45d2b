using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AzureLlm;

/// <summary>
/// The calls of the Host that this program needs. What isn't known to be stored is sent again until it is:
/// every entry carries its id, so sending again changes nothing.
/// </summary>
internal sealed class LedgerClient(Uri host, int connections) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _pauseDefault = TimeSpan.FromMilliseconds(200);
    /// <summary>How an entry is written, whatever carries it.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = connections })
    {
        BaseAddress = host,
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>Sends a batch, and again what of it came back as unavailable, and counts what was decided.</summary>
    public async Task SendAsync(IReadOnlyList<Entry> batch, Outcomes outcomes)
    {
        var open = batch;
        var giveUpAt = TimeProvider.System.GetUtcNow() + _patience;
        while (open.Count > 0)
        {
            var (answers, pause) = await PostAsync(open);
            var undecided = new List<Entry>();
            for (var i = 0; i < open.Count; i++)
            {
                if (answers is null || answers[i].Status == "unavailable") undecided.Add(open[i]);
                else outcomes.Add(answers[i].Status);
            }

            open = undecided;
            if (open.Count == 0) return;
            if (TimeProvider.System.GetUtcNow() > giveUpAt)
                throw new TimeoutException($"{host} took no entries for {_patience.TotalSeconds:N0} s; run this again later, it changes nothing twice");
            await Task.Delay(pause);
        }
    }

    /// <summary>The balance at a tick; <c>null</c> when there is none.</summary>
    public async Task<long?> BalanceAsync(string account, long at)
    {
        var answer = await _http.GetFromJsonAsync<BalanceAnswer>($"/v1/accounts/{Uri.EscapeDataString(account)}/balance?at={at}", Json);
        return answer!.Balance;
    }

    public void Dispose() => _http.Dispose();

    /// <returns>An answer for each entry, or none when the Host couldn't be reached; and how long to wait before trying again.</returns>
    private async Task<(IReadOnlyList<EntryAnswer>? Answers, TimeSpan Pause)> PostAsync(IReadOnlyList<Entry> entries)
    {
        try
        {
            using var response = await _http.PostAsJsonAsync("/v1/entries", entries, Json);
            var pause = response.Headers.RetryAfter?.Delta ?? _pauseDefault;
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    return (await ReadAnswersAsync(response, entries.Count), pause);
                case HttpStatusCode.ServiceUnavailable when response.Content.Headers.ContentType?.MediaType == "application/json":
                    return (await ReadAnswersAsync(response, entries.Count), pause);
                case HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests:
                    return (null, pause);
                default:
                    throw new InvalidOperationException(
                        $"POST {host}v1/entries answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return (null, _pauseDefault);
        }
    }

    private static async Task<IReadOnlyList<EntryAnswer>> ReadAnswersAsync(HttpResponseMessage response, int expected)
    {
        var answers = await response.Content.ReadFromJsonAsync<EntryAnswer[]>(Json);
        return answers is not null && answers.Length == expected
            ? answers
            : throw new InvalidOperationException($"{expected} entries were sent, {answers?.Length ?? 0} answers came back");
    }

    private sealed record EntryAnswer(string Status);

    private sealed record BalanceAnswer(long? Balance);
}
