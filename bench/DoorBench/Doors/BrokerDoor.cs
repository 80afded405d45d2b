using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using Sources.Tests.Brokers;

namespace DoorBench.Doors;

/// <summary>A broker, and the Host's source that reads it: what is published is acknowledged by the broker, and stored some time later.</summary>
internal sealed class BrokerDoor(string name, ITestBroker broker, Uri operators) : IDoor
{
    /// <summary>So far the publisher may be ahead of the source when it is told to keep to its pace.</summary>
    private const int AheadMax = 10_000;

    private static readonly TimeSpan StoredWithin = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new() { BaseAddress = operators, Timeout = TimeSpan.FromSeconds(10) };
    private long _published;

    public string Name => name;

    public int Senders => 2;

    public int BatchSize => 500;

    /// <summary>Whether the publisher waits for the source: otherwise it fills the broker, and takes the processors for itself.</summary>
    public bool KeepsPace { get; init; }

    public async Task SendAsync(int sender, IReadOnlyList<UsageLine> batch)
    {
        await broker.PublishAsync([.. batch.Select(usage => Encoding.UTF8.GetBytes(usage.ToJson()))]);
        var published = Interlocked.Add(ref _published, batch.Count);
        if (KeepsPace)
            await WhenStoredAsync(published - AheadMax);
    }

    public async Task WhenStoredAsync(long count)
    {
        var started = Stopwatch.StartNew();
        while (await DecidedAsync() < count)
        {
            if (started.Elapsed > StoredWithin)
                throw new TimeoutException($"{name}: {await DecidedAsync()} of {count} stored within {StoredWithin}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Stops the source, or lets it go on.</summary>
    public async Task OrderAsync(string order)
    {
        using var response = await _http.PostAsync($"/ops/sources/usage/{order}", content: null);
        response.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<long> DecidedAsync()
    {
        var answer = await _http.GetFromJsonAsync<Answer>("/ops/sources");
        return answer!.Sources.Sum(source => source.Recorded);
    }

    private sealed record Answer(IReadOnlyList<Source> Sources);

    private sealed record Source(long Recorded);
}
