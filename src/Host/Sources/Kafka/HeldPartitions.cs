using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>
/// The partitions that are this node's, how far each of them is, and what was polled of them and isn't taken yet. Any number of
/// callers: all of it is behind one gate, since a partition comes and goes while messages of it are polled, taken and decided.
/// </summary>
/// <param name="messagesMax">When so many are polled no more may be.</param>
/// <param name="bytesMax">When they have so many bytes no more may be.</param>
internal sealed class HeldPartitions(int messagesMax, long bytesMax)
{
    /// <summary>A partition with a message that can't be stored goes on until so many times <c>messagesMax</c> lie decided behind it.</summary>
    private const int KeptPrefetches = 10;

    private static readonly TimeSpan RoomWithin = TimeSpan.FromSeconds(2);

    /// <summary>Before a partition goes to another node, what is under way of it may be finished for so long; the rest is done there again.</summary>
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly PolledMessages _polled = new(messagesMax, bytesMax);
    private readonly Dictionary<TopicPartition, PartitionProgress> _ours = [];
    private bool _isClosing;
    private bool _isFull;

    public bool IsClosing
    {
        get
        {
            lock (_gate)
                return _isClosing;
        }
    }

    /// <summary>Polled and not taken yet; and whether that is so much that all partitions are to be paused.</summary>
    public (int Messages, long Bytes, bool IsFull) Polled
    {
        get
        {
            lock (_gate)
                return (_polled.Count, _polled.Bytes, _isFull);
        }
    }

    /// <summary>The offset that a partition goes on from, by what was decided here; null when nothing was.</summary>
    public long? Committable(TopicPartition partition)
    {
        lock (_gate)
            return _ours.GetValueOrDefault(partition)?.Committable;
    }

    public void Add(ConsumeResult<byte[]?, byte[]?> message)
    {
        lock (_gate)
        {
            if (_ours.TryGetValue(message.TopicPartition, out var progress))
                _polled.Add(new KafkaDelivery(message, progress));
        }
    }

    /// <summary>Waits for a message, and gives what is there; nothing once no more will come.</summary>
    public async Task<IReadOnlyList<Delivery>> TakeAsync(int takenMax, CancellationToken cancellation)
    {
        var taken = new List<Delivery>();
        await _polled.WaitAsync(cancellation);
        lock (_gate)
        {
            while (taken.Count < takenMax && _polled.TryTake(out var delivery))
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

    /// <param name="decided">Messages that were taken.</param>
    /// <param name="store">Is told how far each partition is now that is still this node's. Behind the gate: none goes meanwhile.</param>
    public void Decide(IEnumerable<KafkaDelivery> decided, Action<TopicPartitionOffset> store)
    {
        lock (_gate)
        {
            var moved = new HashSet<PartitionProgress>();
            foreach (var delivery in decided)
            {
                if (delivery.Progress.Decide(delivery.Raw.Offset.Value) && delivery.Progress.IsOurs)
                    moved.Add(delivery.Progress);
            }

            foreach (var progress in moved)
                store(progress.Reached!);
            // A partition that is on its way out waits for this.
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Room is waited for a while, since to pause throws away what the client has fetched. What lasts longer is no busy moment but an
    /// outage: then all partitions are to be paused, so that polling can go on. And one by one those are of which too much is kept.
    /// </summary>
    /// <returns>Those that the client has to be told of, to pause and to go on with.</returns>
    public (List<PartitionProgress> Pausing, List<PartitionProgress> Resuming) WaitForRoom()
    {
        var (pausing, resuming) = (new List<PartitionProgress>(), new List<PartitionProgress>());
        lock (_gate)
        {
            var started = TimeProvider.System.GetTimestamp();
            while (!_isFull && _polled.IsFull && !_isClosing && Left(started, RoomWithin) is { Ticks: > 0 } left)
                Monitor.Wait(_gate, left);
            _isFull = _polled.IsFull || (_isFull && !_polled.IsHalfEmpty);
            foreach (var progress in _ours.Values)
            {
                var isFilled = progress.IsFilledBy(KeptPrefetches * messagesMax);
                var shallPause = _isFull || isFilled;
                if (progress.IsPaused != shallPause)
                    (shallPause ? pausing : resuming).Add(progress);
            }
        }

        return (pausing, resuming);
    }

    public void Assigned(List<TopicPartition> partitions)
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

    /// <summary>They are on their way to another node: what is under way of them is waited for.</summary>
    /// <returns>How far they are, to be committed before they go.</returns>
    public List<TopicPartitionOffset> Finish(List<TopicPartitionOffset> partitions)
    {
        lock (_gate)
        {
            var going = partitions.Select(partition => _ours.GetValueOrDefault(partition.TopicPartition)).OfType<PartitionProgress>().ToList();
            foreach (var progress in going)
                progress.IsOurs = false;
            var started = TimeProvider.System.GetTimestamp();
            while (going.Exists(progress => progress.UnderWay > 0) && Left(started, FinishWithin) is { Ticks: > 0 } left)
                Monitor.Wait(_gate, left);
            return [.. going.Select(progress => progress.Reached).OfType<TopicPartitionOffset>()];
        }
    }

    /// <summary>They are another node's.</summary>
    public void Forget(List<TopicPartitionOffset> partitions)
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

    /// <summary>Nobody waits for room any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosing = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>No more messages will come.</summary>
    public void Complete() => _polled.Complete();

    private static TimeSpan Left(long started, TimeSpan within) => within - TimeProvider.System.GetElapsedTime(started);
}
