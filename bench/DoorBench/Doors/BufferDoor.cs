using GpuCredit.Client;

namespace DoorBench.Doors;

/// <summary>The .NET client's buffer, over HTTP, with the bounds that it comes with.</summary>
internal sealed class BufferDoor : IDoor
{
    private readonly HttpClient _http;
    private readonly EntryBuffer _buffer;
    private long _accepted;
    private volatile string? _refused;

    public BufferDoor(Uri host)
    {
        _http = new HttpClient { BaseAddress = host };
        _buffer = new EntryBuffer(new HttpGpuCreditClient(_http), new EntryBufferOptions
        {
            OnRefused = (refused, _) =>
            {
                _refused ??= $"{refused}";
                return ValueTask.CompletedTask;
            },
        });
    }

    public string Name => "GpuCredit.Client, EntryBuffer";

    public int Senders => 2;

    public int BatchSize => 500;

    public Bound Bound => Bound.Buffer;

    public async Task SendAsync(int sender, IReadOnlyList<UsageLine> batch)
    {
        foreach (var usage in batch)
        {
            if (await _buffer.AddAsync(Entry.Usage(usage.AccountId, usage.UsageId, 1, usage.Timestamp)) is not AddResult.Accepted and var result)
                throw new InvalidOperationException($"{Name}: {result}");
            Interlocked.Increment(ref _accepted);
        }

        RequireNoneRefused();
    }

    public async Task WhenStoredAsync(long count)
    {
        await _buffer.FlushAsync();
        RequireNoneRefused();
    }

    /// <summary>How often the buffer has sent again is its own business.</summary>
    public Task<DoorState> LookAsync()
    {
        // In this order: what comes in between counts as held, not as stored.
        var accepted = Volatile.Read(ref _accepted);
        var held = _buffer.Held;
        return Task.FromResult(new DoorState(accepted - Math.Min(held, accepted), held, 0));
    }

    public async ValueTask DisposeAsync()
    {
        await _buffer.DisposeAsync();
        _http.Dispose();
    }

    private void RequireNoneRefused()
    {
        if (_refused is { } refused)
            throw new InvalidOperationException($"{Name}: {refused}");
    }
}
