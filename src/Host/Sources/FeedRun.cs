namespace GpuCredit.Host.Sources;

/// <summary>
/// The way of messages from one feed: take a bounded batch, record its entries, settle each message, and give back at the end what
/// wasn't settled. Used once.
/// </summary>
/// <param name="feed">Where they come from, and where their acknowledgements go.</param>
/// <param name="settings">The source's bounds.</param>
/// <param name="recorder">Reads and records.</param>
/// <param name="room">How much may be under way.</param>
/// <param name="slots">How many batches may be at the accounts.</param>
/// <param name="retries">Pauses between tries.</param>
/// <param name="meter">What it did.</param>
/// <param name="time">Measures pauses.</param>
internal sealed class FeedRun(
    IFeed feed, SourceSettings settings, EntryRecorder recorder, Room room, SemaphoreSlim slots, Retries retries, SourceMeter meter, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(3);

    private readonly UnderWay _underWay = new(room);
    private readonly CancellationTokenSource _work = CancellationTokenSource.CreateLinkedTokenSource(feed.Lost);
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _batches = [];
    private Settlement? _settlement;
    private FeedWatch? _watch;
    private Exception? _fault;

    /// <summary>As it was when it was last read; null when it isn't known.</summary>
    public long? Lag => _watch?.Lag;

    /// <inheritdoc cref="SourcePipeline.RunAsync"/>
    public async Task RunAsync(CancellationToken taking)
    {
        _settlement = new Settlement(settings.Name, feed, _underWay, meter, retries);
        _watch = new FeedWatch(feed, _underWay, meter, time, Give);
        var watching = _watch.RunAsync(_work.Token);
        using var untilLost = CancellationTokenSource.CreateLinkedTokenSource(taking, _work.Token);
        var takes = TakeAsync(untilLost.Token);
        await ((Task)takes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (takes.IsFaulted)
            Give(takes.Exception.InnerException!);
        await Drained().WaitAsync(settings.Drain, time, _work.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _work.CancelAsync();
        await Drained();
        await watching;
        await ReleaseAsync();
        if (_fault is { } fault)
            throw fault;
        if (feed.Lost.IsCancellationRequested && !taking.IsCancellationRequested)
            throw new IOException(feed.LostBecause ?? "The connection to the broker is lost.");
    }

    public void Dispose() => _work.Dispose();

    private async Task TakeAsync(CancellationToken taking)
    {
        while (!taking.IsCancellationRequested)
        {
            // Nothing is held while it waits for room and for messages: of a slot held here, a batch that is to be tried again, and which
            // alone may make that room, would be kept for ever.
            var free = await room.WaitAsync(taking);
            var batch = await feed.TakeAsync(Math.Min(free, settings.BatchMessages), taking);
            if (batch.Count == 0)
                continue;
            meter.CountMessages(batch.Count);
            _underWay.Enter(batch);
            // By the batch's own patience: a stop lets it have its turn within the drain.
            var slot = slots.WaitAsync(_work.Token);
            Follow(HandleAsync(batch, slot));
            // One batch waits here at most: meanwhile messages gather at the broker, and the next is the larger for it.
            await slot.WaitAsync(taking);
        }
    }

    private void Follow(Task batch)
    {
        lock (_gate)
            _batches.Add(batch);
        _ = batch.ContinueWith(
            _ =>
            {
                lock (_gate)
                    _batches.Remove(batch);
            },
            TaskScheduler.Default);
    }

    private Task Drained()
    {
        lock (_gate)
            return Task.WhenAll([.. _batches]);
    }

    /// <summary>The feed is of no use any more.</summary>
    private void Give(Exception fault)
    {
        Interlocked.CompareExchange(ref _fault, fault, null);
        _work.Cancel();
    }

    /// <summary>One batch from its first slot to its last acknowledgement. Never throws.</summary>
    private async Task HandleAsync(IReadOnlyList<Delivery> batch, Task slot)
    {
        // Off the taker's way: reading is work, too.
        await Task.Yield();
        var settling = new List<Task>();
        var holdsSlot = false;
        try
        {
            await slot;
            holdsSlot = true;
            // It may have been handed over by a batch that was given up just now.
            _work.Token.ThrowIfCancellationRequested();
            var undecided = batch.Select(recorder.Read).ToList();
            for (var failures = 1; ; failures++)
            {
                await recorder.RecordAsync(undecided, _work.Token);
                slots.Release();
                holdsSlot = false;
                var decided = undecided.FindAll(message => message.IsDecided);
                undecided.RemoveAll(message => message.IsDecided);
                // What waits keeps nothing that is decided, bad or good, from being settled; nor the other way round.
                settling.AddRange(_settlement!.Begin(decided, _work.Token).Select(SettledAsync));
                if (undecided.Count == 0)
                    break;
                await retries.WaitAsync(failures, _work.Token);
                meter.CountRetry();
                await slots.WaitAsync(_work.Token);
                holdsSlot = true;
            }
        }
        catch (OperationCanceledException) when (_work.IsCancellationRequested)
        {
            // Given up, unacknowledged.
        }
        catch (Exception fault)
        {
            Give(fault);
        }
        finally
        {
            if (holdsSlot)
                slots.Release();
            await Task.WhenAll(settling);
            _underWay.GiveUp(batch);
        }
    }

    /// <summary>Never throws.</summary>
    private async Task SettledAsync(Task settling)
    {
        try
        {
            await settling;
        }
        catch (OperationCanceledException) when (_work.IsCancellationRequested)
        {
            // Given up, unacknowledged.
        }
        catch (Exception fault)
        {
            // An acknowledgement that can't be sent. At once: others of the batch may wait for long.
            Give(fault);
        }
    }

    /// <summary>However it ends: what isn't given back is delivered again when the broker's own patience is at its end.</summary>
    private async Task ReleaseAsync()
    {
        var left = _underWay.TakeGivenUp();
        if (left.Count == 0 || !feed.IsConnected || feed.Lost.IsCancellationRequested)
            return;
        using var limit = new CancellationTokenSource(ReleaseWithin, time);
        try
        {
            await feed.ReleaseAsync(left, limit.Token);
        }
        catch (Exception fault)
        {
            meter.Fail($"What was taken and not stored couldn't be given back; the broker delivers it again later: {fault.Message}");
        }
    }
}
