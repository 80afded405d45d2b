using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using Sources.Tests.Brokers;

namespace DoorBench.Doors;

/// <summary>A broker, and the Host's source that reads it: what is published is acknowledged by the broker, and stored some time later.</summary>
internal sealed class BrokerDoor(string name, ITestBroker broker, Uri operators, string source = "usage") : IDoor
{
    /// <summary>So far the publisher may be ahead of the source when it is told to keep to its pace: five times what a source takes at once.</summary>
    private const int AheadMax = 10_000;

    private static readonly TimeSpan StoredWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PacePause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { BaseAddress = operators, Timeout = TimeSpan.FromSeconds(30) };
    private long _published;

    public string Name => name;

    public int Senders => 2;

    public int BatchSize => 500;

    public Bound Bound => Bound.Source;

    /// <summary>Whether the publisher waits for the source: otherwise it fills the broker, and takes the processors for itself.</summary>
    public bool KeepsPace { get; init; }

    public async Task SendAsync(int sender, IReadOnlyList<UsageLine> batch)
    {
        await broker.PublishAsync([.. batch.Select(usage => Encoding.UTF8.GetBytes(usage.ToJson()))]);
        var published = Interlocked.Add(ref _published, batch.Count);
        while (KeepsPace && published - (await ReadAsync()).Stored > AheadMax)
            await Task.Delay(PacePause);
    }

    public async Task WhenStoredAsync(long count)
    {
        var started = Stopwatch.StartNew();
        while (!(await ReadAsync()).HasStored(count))
        {
            if (started.Elapsed > StoredWithin)
                throw new TimeoutException($"{name}: {await ReadAsync()}, and not {count} stored within {StoredWithin}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Of a message that was delivered twice both count here, so what is stored is what was published at most.</summary>
    public async Task<DoorState> LookAsync()
    {
        var now = await ReadAsync();
        return now is { DeadLetters: 0 }
            ? new DoorState(Math.Min(now.Stored, Volatile.Read(ref _published)), now.InFlight, now.Retries)
            : throw new InvalidOperationException($"{name}: {now}");
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

    private async Task<Source> ReadAsync()
    {
        var answer = await _http.GetFromJsonAsync<Answer>("/ops/sources");
        return answer!.Sources.Single(one => one.Name == source);
    }

    private sealed record Answer(IReadOnlyList<Source> Sources);

    private sealed record Source(string Name, string State, long? Lag, int InFlight, long Recorded, long Duplicate, long DeadLetters, long Retries)
    {
        /// <summary>A usage whose storing was not known to be done, and was, is a duplicate when it is tried again: then it was never "recorded" here.</summary>
        public long Stored => Recorded + Duplicate;

        public bool HasStored(long count) => Recorded >= count || (Stored >= count && Lag == 0 && InFlight == 0);
    }
}
