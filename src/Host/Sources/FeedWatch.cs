namespace GpuCredit.Host.Sources;

/// <summary>
/// Keeps what is under way ours, and reads how much is still to come. Each by itself: a broker that is slow to tell the one must not
/// make the other late.
/// </summary>
/// <param name="feed">What is watched.</param>
/// <param name="underWay">What is kept.</param>
/// <param name="meter">Where a broker that doesn't answer is noted.</param>
/// <param name="time">Measures pauses.</param>
/// <param name="give">Called when the feed is of no use any more.</param>
internal sealed class FeedWatch(IFeed feed, UnderWay underWay, SourceMeter meter, TimeProvider time, Action<Exception> give)
{
    private const long Unknown = -1;

    private static readonly TimeSpan LagEvery = TimeSpan.FromSeconds(2);

    private long _lag = Unknown;

    /// <summary>As it was when it was last read; null when it isn't known, such as while the broker isn't reached.</summary>
    public long? Lag => Interlocked.Read(ref _lag) is var lag and not Unknown && feed.IsConnected ? lag : null;

    /// <summary>Until it is cancelled. Never throws.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
        EachAsync(feed.KeepEvery, () => feed.KeepAsync(underWay.All, cancellation), cancellation),
        EachAsync(LagEvery, () => ReadLagAsync(cancellation), cancellation));

    private async Task ReadLagAsync(CancellationToken cancellation)
    {
        var lag = (long?)null;
        try
        {
            lag = await feed.ReadLagAsync(cancellation);
        }
        finally
        {
            Interlocked.Exchange(ref _lag, lag ?? Unknown);
        }
    }

    private async Task EachAsync(TimeSpan pause, Func<Task> act, CancellationToken cancellation)
    {
        await Task.Yield();
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await act();
            }
            catch (BrokerRefusedException gone)
            {
                give(gone);
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                meter.Fail($"The broker doesn't answer: {fault.Message}");
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                // It was told to end.
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
