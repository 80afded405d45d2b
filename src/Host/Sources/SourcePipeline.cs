using System.Collections.Immutable;
using CreditActors.Protocol;
using CreditActors.Sharding;
using GpuCredit.Host.Formats;

namespace GpuCredit.Host.Sources;

/// <summary>
/// The one way from a message to the disk and back to its acknowledgement, whatever the broker: take a bounded batch, read it,
/// record its entries, and acknowledge each message when every entry of it is stored, or lies as a dead letter where the broker has
/// confirmed it. Nothing is acknowledged before. What isn't known to be stored is sent again for ever; it holds its place
/// in what the source may have in flight, and nothing else of those behind it.
/// </summary>
/// <param name="settings">The source's bounds.</param>
/// <param name="format">How its messages are read.</param>
/// <param name="record"><see cref="AccountClient.RecordAsync(IReadOnlyList{AccountEntry}, CancellationToken)"/>.</param>
/// <param name="meter">What it did.</param>
/// <param name="time">Measures pauses.</param>
/// <param name="log">Where faults of ours go.</param>
internal sealed class SourcePipeline(
    SourceSettings settings,
    IEntryFormat format,
    Func<IReadOnlyList<AccountEntry>, CancellationToken, Task<ImmutableArray<EntryOutcome>>> record,
    SourceMeter meter,
    TimeProvider time,
    ILogger log) : IDisposable
{
    private readonly EntryRecorder _recorder = new(settings.Name, format, record, meter, log);
    private readonly Room _room = new(settings.Prefetch, settings.InFlightBytes);
    private readonly SemaphoreSlim _slots = new(settings.Parallelism);
    private readonly Retries _retries = new(new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), settings.Seed), time);
    private volatile FeedRun? _run;

    /// <summary>Messages taken and not yet acknowledged.</summary>
    public int InFlight => _room.Messages;

    /// <summary>Something is tried again and again.</summary>
    public bool IsWaiting => _retries.AreUnderWay;

    /// <summary>As it was when it was last read; null when it isn't known, such as while there is no connection.</summary>
    public long? Lag => _run?.Lag;

    /// <summary>Takes until told to stop, and returns when what was under way is settled, or given up and given back.</summary>
    /// <exception cref="Exception">The feed is of no use any more: what was taken from it is delivered again.</exception>
    public async Task RunAsync(IFeed feed, CancellationToken taking)
    {
        using var run = new FeedRun(feed, settings, _recorder, _room, _slots, _retries, meter, time);
        _run = run;
        try
        {
            await run.RunAsync(taking);
        }
        finally
        {
            _run = null;
        }
    }

    public void Dispose() => _slots.Dispose();
}
