using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using Sources.Tests.Brokers;

namespace DoorBench.Doors;

/// <summary>A broker, and the Host's source that reads it: what is published is acknowledged by the broker, and stored some time later.</summary>
internal sealed class BrokerDoor(string name, ITestBroker broker, Uri operators, string source = "usage") : IDoor
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
        while (!(await LookAsync()).HasStored(count))
        {
            if (started.Elapsed > StoredWithin)
                throw new TimeoutException($"{name}: {await LookAsync()}, and not {count} stored within {StoredWithin}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Stops the source, or lets it go on.</summary>
    public async Task OrderAsync(string order)
    {
        using var response = await _http.PostAsync($"/ops/sources/{source}/{order}", content: null);
        response.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Source> LookAsync()
    {
        var answer = await _http.GetFromJsonAsync<Answer>("/ops/sources");
        return answer!.Sources.Single(one => one.Name == source);
    }

    private sealed record Answer(IReadOnlyList<Source> Sources);

    private sealed record Source(string Name, long? Lag, int InFlight, long Recorded, long Duplicate)
    {
        /// <summary>A usage whose storing was not known to be done, and was, is a duplicate when it is tried again: then it was never "recorded" here.</summary>
        public bool HasStored(long count) => Recorded >= count || (Recorded + Duplicate >= count && Lag == 0 && InFlight == 0);
    }
}
