using System.Collections.Immutable;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Hosting;
using GpuCredit.Host.Http;

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
    /// <summary>Entries in one call of the accounts' door at most: a message that holds more goes in several.</summary>
    private const int CallEntriesMax = HttpLimits.BatchEntriesMax;

    private static readonly TimeSpan LagEvery = TimeSpan.FromSeconds(2);

    private readonly Room _room = new(settings.Prefetch, settings.InFlightBytes);
    private readonly SemaphoreSlim _slots = new(settings.Parallelism);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), settings.Seed);
    private readonly Lock _gate = new();
    private readonly HashSet<Delivery> _underWay = [];
    private readonly HashSet<Task> _batches = [];
    private Exception? _fault;
    private int _waiting;

    /// <summary>Messages taken and not yet acknowledged.</summary>
    public int InFlight => _room.Messages;

    /// <summary>Something is tried again and again.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting) > 0;

    /// <summary>As it was when it was last read; null when it isn't known.</summary>
    public long? Lag { get; private set; }

    /// <summary>Takes until told to stop, and returns when what was under way is settled or given up.</summary>
    /// <exception cref="Exception">The feed is of no use any more: what was taken from it is delivered again.</exception>
    public async Task RunAsync(IFeed feed, CancellationToken taking)
    {
        _fault = null;
        using var work = CancellationTokenSource.CreateLinkedTokenSource(feed.Lost);
        var watching = WatchAsync(feed, work);
        using var untilLost = CancellationTokenSource.CreateLinkedTokenSource(taking, work.Token);
        var takes = TakeAsync(feed, work, untilLost.Token);
        await ((Task)takes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (takes.IsFaulted)
            Give(work, takes.Exception.InnerException!);
        await Drained().WaitAsync(settings.Drain, time, work.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await work.CancelAsync();
        await Drained();
        await watching;
        if (_fault is { } fault)
            throw fault;
        if (feed.Lost.IsCancellationRequested && !taking.IsCancellationRequested)
            throw new IOException("The connection to the broker is lost.");
    }

    public void Dispose() => _slots.Dispose();

    private async Task TakeAsync(IFeed feed, CancellationTokenSource work, CancellationToken taking)
    {
        while (!taking.IsCancellationRequested)
        {
            // Nothing is held while it waits for room and for messages: of a slot held here, a batch that is to be tried again, and which
            // alone may make that room, would be kept for ever.
            var room = await _room.WaitAsync(taking);
            var batch = await feed.TakeAsync(Math.Min(room, settings.BatchMessages), taking);
            if (batch.Count == 0)
                continue;
            Enter(batch);
            // By the batch's own patience: a stop lets it have its turn within the drain.
            var slot = _slots.WaitAsync(work.Token);
            Follow(HandleAsync(feed, batch, slot, work));
            // One batch waits here at most: meanwhile messages gather at the broker, and the next is the larger for it.
            await slot.WaitAsync(taking);
        }
    }

    private void Enter(IReadOnlyList<Delivery> batch)
    {
        meter.CountMessages(batch.Count);
        _room.Enter(batch.Count, batch.Sum(delivery => delivery.Bytes));
        lock (_gate)
            _underWay.UnionWith(batch);
    }

    private void Leave(Delivery delivery)
    {
        lock (_gate)
            _underWay.Remove(delivery);
        _room.Leave(1, delivery.Bytes);
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
    private void Give(CancellationTokenSource work, Exception fault)
    {
        Interlocked.CompareExchange(ref _fault, fault, null);
        work.Cancel();
    }

    /// <summary>One batch from its first slot to its last acknowledgement. Never throws.</summary>
    private async Task HandleAsync(IFeed feed, IReadOnlyList<Delivery> batch, Task slot, CancellationTokenSource work)
    {
        // Off the taker's way: reading is work, too.
        await Task.Yield();
        var left = new HashSet<Delivery>(batch);
        var settling = new List<Task>();
        var holdsSlot = false;
        try
        {
            await slot;
            holdsSlot = true;
            // It may have been handed over by a batch that was given up just now.
            work.Token.ThrowIfCancellationRequested();
            var undecided = batch.Select(delivery => new MessageWork(delivery, Read(delivery))).ToList();
            for (var failures = 1; ; failures++)
            {
                await RecordAsync(undecided, work.Token);
                _slots.Release();
                holdsSlot = false;
                var decided = undecided.FindAll(message => message.IsDecided);
                undecided.RemoveAll(message => message.IsDecided);
                // What waits keeps nothing that is decided, bad or good, from being settled; nor the other way round.
                settling.Add(SettleAsync(feed, decided, left, work));
                if (undecided.Count == 0)
                    break;
                await WaitAsync(failures, work.Token);
                meter.CountRetry();
                await _slots.WaitAsync(work.Token);
                holdsSlot = true;
            }
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            // Given up, unacknowledged.
        }
        catch (Exception fault)
        {
            Give(work, fault);
        }
        finally
        {
            if (holdsSlot)
                _slots.Release();
            await Task.WhenAll(settling);
            foreach (var delivery in left)
                Leave(delivery);
        }
    }

    private IReadOnlyList<EntryDraft> Read(Delivery delivery)
    {
        try
        {
            return format.Read(delivery.Message);
        }
        catch (Exception fault)
        {
            // A fault of ours. The message is kept as a dead letter: tried again it would fail again, and block those behind it.
            HostLog.FormatFailed(log, settings.Name, delivery.Position, fault);
            return [EntryDraft.Refused("body", "can't be read, by a fault of the service; it is in its log")];
        }
    }

    /// <summary>Sends what isn't decided yet, and notes what became of it.</summary>
    private async Task RecordAsync(List<MessageWork> messages, CancellationToken cancellation)
    {
        var entries = new List<AccountEntry>();
        var places = new List<(MessageWork Message, int Index)>();
        foreach (var message in messages)
        {
            for (var i = 0; i < message.Entries; i++)
            {
                if (!message.IsUndecided(i))
                    continue;
                var draft = message.DraftOf(i);
                entries.Add(new AccountEntry(draft.AccountId, draft.Entry!));
                places.Add((message, i));
                if (entries.Count == CallEntriesMax)
                    await CallAsync();
            }
        }

        if (entries.Count > 0)
            await CallAsync();

        async Task CallAsync()
        {
            var outcomes = await record(entries, cancellation);
            var unavailable = 0;
            for (var i = 0; i < outcomes.Length; i++)
            {
                places[i].Message.Decide(places[i].Index, outcomes[i]);
                if (outcomes[i].Status == OutcomeStatus.Unavailable)
                    unavailable++;
            }

            if (unavailable > 0)
                meter.Fail($"{unavailable} of {outcomes.Length} entries couldn't be stored: the accounts or the event store are unavailable. They are tried again.");
            entries.Clear();
            places.Clear();
        }
    }

    /// <summary>Acknowledges the good ones at once, and each bad one when its dead letter is stored. Never throws.</summary>
    private async Task SettleAsync(IFeed feed, List<MessageWork> decided, HashSet<Delivery> left, CancellationTokenSource work)
    {
        var cancellation = work.Token;
        try
        {
            var good = new List<MessageWork>(decided.Count);
            var bad = new List<(MessageWork Message, DeadLetter Letter)>();
            foreach (var message in decided)
            {
                if (message.Bad() is { Count: > 0 } entries)
                    bad.Add((message, new(settings.Name, message.Delivery, entries)));
                else
                    good.Add(message);
            }

            await AcknowledgeAsync(feed, good, left, cancellation);
            for (var failures = 1; bad.Count > 0; failures++)
            {
                var areStored = await Task.WhenAll(bad.Select(one => TryDeadLetterAsync(feed, one.Letter, cancellation)));
                await AcknowledgeAsync(feed, [.. bad.Where((_, i) => areStored[i]).Select(one => one.Message)], left, cancellation);
                bad = [.. bad.Where((_, i) => !areStored[i])];
                if (bad.Count > 0)
                    await WaitAsync(failures, cancellation);
            }
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            // Given up, unacknowledged.
        }
        catch (Exception fault)
        {
            // An acknowledgement that can't be sent.
            Give(work, fault);
        }
    }

    private async Task<bool> TryDeadLetterAsync(IFeed feed, DeadLetter letter, CancellationToken cancellation)
    {
        try
        {
            await feed.DeadLetterAsync(letter, cancellation);
            meter.CountDeadLetter();
            return true;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            meter.Fail($"A dead letter couldn't be stored, and is tried again: {fault.Message}");
            return false;
        }
    }

    private async Task AcknowledgeAsync(IFeed feed, List<MessageWork> messages, HashSet<Delivery> left, CancellationToken cancellation)
    {
        if (messages.Count == 0)
            return;
        await feed.AcknowledgeAsync([.. messages.Select(message => message.Delivery)], cancellation);
        foreach (var message in messages)
        {
            meter.CountDecided(message);
            // Under the batch's own lock: its good and its bad ones are settled side by side.
            lock (left)
                left.Remove(message.Delivery);
            Leave(message.Delivery);
        }
    }

    private async Task WaitAsync(int failures, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(_backoff.After(failures), time, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Keeps what is under way ours, and reads how much is still to come.</summary>
    private async Task WatchAsync(IFeed feed, CancellationTokenSource work)
    {
        await Task.Yield();
        var kept = time.GetTimestamp();
        var pause = feed.KeepEvery < LagEvery ? feed.KeepEvery : LagEvery;
        while (!work.IsCancellationRequested)
        {
            try
            {
                if (time.GetElapsedTime(kept) >= feed.KeepEvery)
                {
                    kept = time.GetTimestamp();
                    Delivery[] underWay;
                    lock (_gate)
                        underWay = [.. _underWay];
                    await feed.KeepAsync(underWay, work.Token);
                }

                Lag = await feed.ReadLagAsync(work.Token);
                await Task.Delay(pause, time, work.Token);
            }
            catch (OperationCanceledException) when (work.IsCancellationRequested)
            {
                break;
            }
            catch (BrokerRefusedException gone)
            {
                Give(work, gone);
            }
            catch (Exception fault) when (!work.IsCancellationRequested)
            {
                Lag = null;
                meter.Fail($"The broker doesn't answer: {fault.Message}");
                await Task.Delay(pause, time, work.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        Lag = null;
    }
}
