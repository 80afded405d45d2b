using GpuCredit.Client;

namespace DoorBench.Doors;

/// <summary>The .NET client's buffer, over HTTP.</summary>
internal sealed class BufferDoor : IDoor
{
    private readonly HttpClient _http;
    private readonly EntryBuffer _buffer;

    public BufferDoor(Uri host)
    {
        _http = new HttpClient { BaseAddress = host };
        _buffer = new EntryBuffer(new HttpGpuCreditClient(_http), new EntryBufferOptions());
    }

    public string Name => "GpuCredit.Client, EntryBuffer";

    public int Senders => 2;

    public int BatchSize => 500;

    public async Task SendAsync(int sender, IReadOnlyList<UsageLine> batch)
    {
        foreach (var usage in batch)
            await _buffer.AddAsync(Entry.Usage(usage.AccountId, usage.UsageId, 1, usage.Timestamp));
    }

    public Task WhenStoredAsync(long count) => _buffer.FlushAsync();

    public async ValueTask DisposeAsync()
    {
        await _buffer.DisposeAsync();
        _http.Dispose();
    }
}
