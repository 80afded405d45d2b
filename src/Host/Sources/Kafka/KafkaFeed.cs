using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>
/// A thread of its own polls, always: a consumer that doesn't poll is taken for dead and loses its partitions. When enough is taken the
/// partitions are paused, and polling goes on. The connection mends itself; only a fault that the client calls fatal ends the feed.
/// </summary>
internal sealed class KafkaFeed : IFeed
{
    /// <summary>A partition with a message that can't be stored goes on until so many times Prefetch lie decided behind it.</summary>
    private const int KeptPrefetches = 10;

    private static readonly TimeSpan PollFor = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RoomWithin = TimeSpan.FromSeconds(2);

    /// <summary>Before a partition goes to another node, what is under way of it may be finished for so long; the rest is done there again.</summary>
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(2);

    private readonly KafkaSettings _settings;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly KafkaLetters _letters;
    private readonly PolledMessages _polled;
    private readonly Dictionary<TopicPartition, PartitionProgress> _ours = [];
    private readonly object _gate = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _polling;
    private volatile bool _isClosing;
    private volatile bool _isDown;
    private volatile string? _heard;
    private bool _isFull;

    public KafkaFeed(KafkaSettings settings)
    {
        _settings = settings;
        _polled = new PolledMessages(settings.Common.Prefetch, settings.Common.InFlightBytes);
        Lost = _lost.Token;
        // What has been made by then is closed when a later part can't be: a feed is opened again and again.
        try
        {
            _letters = new KafkaLetters(settings, Hear);
            _consumer = new ConsumerBuilder<byte[]?, byte[]?>(ConsumerConfig(settings))
                .SetErrorHandler((_, error) => Hear(error))
                .SetLogHandler((_, _) => { })
                .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
                .SetPartitionsRevokedHandler((_, partitions) => Revoked(partitions))
                .SetPartitionsLostHandler((_, partitions) => Forget(partitions))
                .Build();
            _consumer.Subscribe(settings.Topic);
        }
        catch
        {
            _consumer?.Dispose();
            _letters?.Dispose();
            _lost.Dispose();
            throw;
        }

        _polling = Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public CancellationToken Lost { get; }

    public bool IsConnected => !_isDown && !Lost.IsCancellationRequested;

    /// <summary>There is nothing to say: polling says it.</summary>
    public TimeSpan KeepEvery => TimeSpan.FromMinutes(1);

    /// <summary>Polled and not taken yet; and whether that is so much that the partitions are paused.</summary>
    public (int Messages, long Bytes, bool IsFull) Polled
    {
        get
        {
            lock (_gate)
                return (_polled.Count, _polled.Bytes, _isFull);
        }
    }

    public async Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation)
    {
        var taken = new List<Delivery>();
        await _polled.WaitAsync(cancellation);
        lock (_gate)
        {
            while (taken.Count < messagesMax && _polled.TryTake(out var delivery))
            {
                // Polled before the partition went to another node: it is that node's.
                if (!delivery.Progress.IsOurs)
                    continue;
                delivery.Progress.Take(delivery.Raw.Offset.Value);
                taken.Add(delivery);
            }

            Monitor.PulseAll(_gate); // there is room
        }

        return taken;
    }

    public Task AcknowledgeAsync(IReadOnlyList<Delivery> decided, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var moved = new HashSet<PartitionProgress>();
            foreach (var delivery in decided.Cast<KafkaDelivery>())
            {
                if (delivery.Progress.Decide(delivery.Raw.Offset.Value) && delivery.Progress.IsOurs)
                    moved.Add(delivery.Progress);
            }

            foreach (var progress in moved)
                _consumer.StoreOffset(new TopicPartitionOffset(progress.Partition, progress.Committable!.Value));
            // A partition that is on its way out waits for this.
            Monitor.PulseAll(_gate);
        }

        return Task.CompletedTask;
    }

    public Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation) =>
        _letters.WriteAsync(letter, ((KafkaDelivery)letter.Delivery).Raw.Message, cancellation);

    public Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Of the partitions that are this node's; null while it has none.</summary>
    public Task<long?> ReadLagAsync(CancellationToken cancellation) => Task.Run(ReadLag, cancellation);

    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        lock (_gate)
            Monitor.PulseAll(_gate);
        await _polling;
        // Commits what is stored, and leaves the group, so that the others needn't wait for the session's end.
        await Task.Run(_consumer.Close);
        _consumer.Dispose();
        _letters.Dispose();
        _lost.Dispose();
    }

    private static ConsumerConfig ConsumerConfig(KafkaSettings settings) => settings.Apply(new ConsumerConfig
    {
        GroupId = settings.Group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        // What is stored is committed in the background; and only what we say is stored.
        EnableAutoCommit = true,
        AutoCommitIntervalMs = 1_000,
        EnableAutoOffsetStore = false,
        PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        SessionTimeoutMs = (int)settings.SessionTimeout.TotalMilliseconds,
        HeartbeatIntervalMs = (int)Math.Min(3_000, settings.SessionTimeout.TotalMilliseconds / 5),
        // The client takes no session that is longer than what may pass between two polls.
        MaxPollIntervalMs = (int)Math.Max(300_000, settings.SessionTimeout.TotalMilliseconds),
        QueuedMinMessages = settings.Common.Prefetch,
        QueuedMaxMessagesKbytes = 16 * 1024,
        FetchWaitMaxMs = 100,
    });

    private long? ReadLag()
    {
        var assigned = _consumer.Assignment;
        if (assigned.Count == 0)
            return null;
        try
        {
            var lag = 0L;
            foreach (var committed in _consumer.Committed(assigned, AnswersWithin))
            {
                var ends = _consumer.QueryWatermarkOffsets(committed.TopicPartition, AnswersWithin);
                var from = committed.Offset.IsSpecial ? ends.Low.Value : committed.Offset.Value;
                lock (_gate)
                {
                    if (_ours.TryGetValue(committed.TopicPartition, out var progress) && progress.Committable is { } stored)
                        from = Math.Max(from, stored);
                }

                lag += Math.Max(0, ends.High.Value - from);
            }

            _isDown = false;
            return lag;
        }
        catch (KafkaException fault)
        {
            throw new IOException(_heard ?? fault.Error.Reason, fault);
        }
    }

    private void Poll()
    {
        while (!_isClosing && !Lost.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(PollFor) is { IsPartitionEOF: false } message)
                {
                    _isDown = false;
                    lock (_gate)
                    {
                        if (_ours.TryGetValue(message.TopicPartition, out var progress))
                            _polled.Add(new KafkaDelivery(message, progress));
                    }
                }

                PauseWhenFull();
            }
            catch (ConsumeException fault)
            {
                Hear(fault.Error);
            }
            catch (KafkaException fault)
            {
                Hear(fault.Error);
            }
        }

        _polled.Complete();
    }

    /// <summary>
    /// Room is waited for a while, since to pause throws away what the client has fetched. What lasts longer is no busy moment but an
    /// outage: then the partitions are paused, so that polling can go on. And one by one those are paused of which too much is kept.
    /// </summary>
    private void PauseWhenFull()
    {
        List<PartitionProgress>? pausing = null;
        List<PartitionProgress>? resuming = null;
        lock (_gate)
        {
            if (!_isFull)
                WaitForRoom();
            _isFull = _polled.IsFull || (_isFull && !_polled.IsHalfEmpty);
            foreach (var progress in _ours.Values)
            {
                var isFilled = progress.IsFilledBy(KeptPrefetches * _settings.Common.Prefetch);
                var shallPause = _isFull || isFilled;
                if (progress.IsPaused != shallPause)
                    (shallPause ? pausing ??= [] : resuming ??= []).Add(progress);
            }
        }

        if (pausing is not null)
        {
            _consumer.Pause(pausing.Select(progress => progress.Partition));
            pausing.ForEach(progress => progress.IsPaused = true);
        }

        if (resuming is not null)
        {
            _consumer.Resume(resuming.Select(progress => progress.Partition));
            resuming.ForEach(progress => progress.IsPaused = false);
        }
    }

    /// <summary>Under the gate.</summary>
    private void WaitForRoom()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (_polled.IsFull && !_isClosing && RoomWithin - TimeProvider.System.GetElapsedTime(started) is { Ticks: > 0 } left)
            Monitor.Wait(_gate, left);
    }

    /// <summary>Within a poll, as all three of these.</summary>
    private void Assigned(List<TopicPartition> partitions)
    {
        lock (_gate)
        {
            // Partitions that were kept stay paused, and new ones come as they please: the next look tells the client of each.
            foreach (var progress in _ours.Values.Where(progress => progress.IsPaused == true))
                progress.IsPaused = null;
            foreach (var partition in partitions)
                _ours[partition] = new PartitionProgress(partition);
        }
    }

    private void Revoked(List<TopicPartitionOffset> partitions)
    {
        var committed = new List<TopicPartitionOffset>();
        lock (_gate)
        {
            var going = partitions.Select(partition => _ours.GetValueOrDefault(partition.TopicPartition)).OfType<PartitionProgress>().ToList();
            foreach (var progress in going)
                progress.IsOurs = false;
            var started = TimeProvider.System.GetTimestamp();
            while (going.Exists(progress => progress.UnderWay > 0) && FinishWithin - TimeProvider.System.GetElapsedTime(started) is { Ticks: > 0 } left)
                Monitor.Wait(_gate, left);
            committed.AddRange(going.Where(progress => progress.Committable is not null).Select(progress => new TopicPartitionOffset(progress.Partition, progress.Committable!.Value)));
        }

        try
        {
            if (committed.Count > 0)
                _consumer.Commit(committed);
        }
        catch (KafkaException fault)
        {
            Hear(fault.Error); // whoever has them next decides these again
        }

        Forget(partitions);
    }

    private void Forget(List<TopicPartitionOffset> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
            {
                if (_ours.Remove(partition.TopicPartition, out var progress))
                    progress.IsOurs = false;
            }
        }
    }

    private void Hear(Error error)
    {
        _heard = error.Reason;
        if (error.Code == ErrorCode.Local_AllBrokersDown)
            _isDown = true;
        if (error.IsFatal)
            _lost.Cancel();
    }
}
