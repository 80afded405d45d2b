using System.Text;
using System.Threading.Channels;
using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>
/// A thread of its own polls, always: a consumer that doesn't poll is taken for dead and loses its partitions. When enough is taken the
/// partitions are paused, and polling goes on. The connection mends itself; only a fault that the client calls fatal ends the feed.
/// </summary>
internal sealed class KafkaFeed : IFeed
{
    private static readonly TimeSpan PollFor = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan RoomWithin = TimeSpan.FromSeconds(2);

    /// <summary>Before a partition goes to another node, what is under way of it may be finished for so long; the rest is done there again.</summary>
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(2);

    private readonly KafkaSettings _settings;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly IProducer<byte[]?, byte[]?> _letters;
    private readonly Channel<KafkaDelivery> _polled = Channel.CreateUnbounded<KafkaDelivery>();
    private readonly Dictionary<TopicPartition, PartitionProgress> _ours = [];
    private readonly object _gate = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _polling;
    private volatile bool _isClosing;
    private volatile bool _isDown;
    private volatile string? _heard;
    private bool _isPaused;

    public KafkaFeed(KafkaSettings settings)
    {
        _settings = settings;
        Lost = _lost.Token;
        // Not idempotent: a letter whose fate isn't known is written again in any case, and an idempotent producer can end in a state
        // that it doesn't leave.
        _letters = new ProducerBuilder<byte[]?, byte[]?>(settings.Apply(new ProducerConfig { Acks = Acks.All, MessageTimeoutMs = 10_000, LingerMs = 5 }))
            .SetErrorHandler((_, error) => Hear(error))
            .SetLogHandler((_, _) => { })
            .Build();
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(settings.Apply(new ConsumerConfig
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
            QueuedMinMessages = settings.Common.Prefetch,
            QueuedMaxMessagesKbytes = 16 * 1024,
            FetchWaitMaxMs = 100,
        }))
            .SetErrorHandler((_, error) => Hear(error))
            .SetLogHandler((_, _) => { })
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => Revoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => Forget(partitions))
            .Build();
        _consumer.Subscribe(settings.Topic);
        _polling = Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public CancellationToken Lost { get; }

    public bool IsConnected => !_isDown && !Lost.IsCancellationRequested;

    /// <summary>There is nothing to say: polling says it.</summary>
    public TimeSpan KeepEvery => TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation)
    {
        var taken = new List<Delivery>();
        await _polled.Reader.WaitToReadAsync(cancellation);
        lock (_gate)
        {
            while (taken.Count < messagesMax && _polled.Reader.TryRead(out var delivery))
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

    public async Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation)
    {
        var message = ((KafkaDelivery)letter.Delivery).Raw.Message;
        var headers = new Headers();
        foreach (var header in message.Headers ?? [])
        {
            if (!DeadLetter.IsOurs(header.Key))
                headers.Add(header.Key, header.GetValueBytes());
        }

        foreach (var (name, value) in letter.Headers)
            headers.Add(name, Encoding.ASCII.GetBytes(value));
        // Returns when all replicas in sync have it, and throws when they don't say so in time.
        await _letters.ProduceAsync(_settings.DeadLetter, new Message<byte[]?, byte[]?> { Key = message.Key, Value = message.Value, Headers = headers }, cancellation);
    }

    public Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Of the partitions that are this node's; null while it has none.</summary>
    public Task<long?> ReadLagAsync(CancellationToken cancellation) => Task.Run(ReadLag, cancellation);

    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        await _polling;
        // Commits what is stored, and leaves the group, so that the others needn't wait for the session's end.
        await Task.Run(_consumer.Close);
        _consumer.Dispose();
        _letters.Dispose();
        _lost.Dispose();
    }

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
                PauseWhenFull();
                if (_consumer.Consume(PollFor) is { IsPartitionEOF: false } message)
                {
                    _isDown = false;
                    lock (_gate)
                    {
                        if (_ours.TryGetValue(message.TopicPartition, out var progress))
                            _polled.Writer.TryWrite(new KafkaDelivery(message, progress));
                    }
                }
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

        _polled.Writer.TryComplete();
    }

    /// <summary>
    /// Room is waited for a while, since to pause throws away what the client has fetched. What lasts longer is no busy moment but an
    /// outage: then the partitions are paused, so that polling can go on.
    /// </summary>
    private void PauseWhenFull()
    {
        if (!_isPaused && _polled.Reader.Count >= _settings.Common.Prefetch)
        {
            lock (_gate)
            {
                if (_polled.Reader.Count >= _settings.Common.Prefetch)
                    Monitor.Wait(_gate, RoomWithin);
            }

            if (_polled.Reader.Count >= _settings.Common.Prefetch)
            {
                _consumer.Pause(_consumer.Assignment);
                _isPaused = true;
            }
        }
        else if (_isPaused && _polled.Reader.Count <= _settings.Common.Prefetch / 2)
        {
            _consumer.Resume(_consumer.Assignment);
            _isPaused = false;
        }
    }

    /// <summary>Within a poll, as all three of these.</summary>
    private void Assigned(List<TopicPartition> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
                _ours[partition] = new PartitionProgress(partition);
        }

        // They come unpaused; the next look pauses all of them again.
        _isPaused = false;
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
