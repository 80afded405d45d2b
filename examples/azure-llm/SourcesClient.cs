using System.Net.Http.Json;

namespace AzureLlm;

/// <summary>How far the Host's sources have come, as its operators are told.</summary>
internal sealed class SourcesClient(Uri operators) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new() { BaseAddress = operators, Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Entries that were decided, whatever their outcome.</summary>
    public async Task<long> DecidedAsync()
    {
        var answer = await _http.GetFromJsonAsync<Answer>("/ops/sources");
        return answer!.Sources.Sum(source => source.Recorded + source.Duplicate + source.Superseded + source.Rejected + source.Conflict + source.Late);
    }

    /// <summary>Returns when so many are decided.</summary>
    public async Task WhenDecidedAsync(long count)
    {
        var giveUpAt = TimeProvider.System.GetUtcNow() + _patience;
        long decided;
        while ((decided = await DecidedAsync()) < count)
        {
            if (TimeProvider.System.GetUtcNow() > giveUpAt)
                throw new TimeoutException($"the sources at {operators} have decided {decided} entries of {count} within {_patience.TotalSeconds:N0} s: do they read this broker?");
            await Task.Delay(_pause);
        }
    }

    public void Dispose() => _http.Dispose();

    private sealed record Answer(IReadOnlyList<Source> Sources);

    private sealed record Source(long Recorded, long Duplicate, long Superseded, long Rejected, long Conflict, long Late);
}
