using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>
/// How far one partition is, for as long as it is this node's. Kafka remembers one number for a partition, everything before which is
/// done: so only the messages that are decided without a gap, from the first that was taken on, may be committed.
/// </summary>
/// <remarks>Offsets may have gaps of their own (transactions, compaction), so the order of taking counts and not the numbers. Callers lock.</remarks>
internal sealed class PartitionProgress(TopicPartition partition)
{
    private readonly Queue<long> _taken = new();
    private readonly HashSet<long> _decided = [];
    private bool _isFilled;

    public TopicPartition Partition => partition;

    /// <summary>False once the partition has gone to another node: what is still under way is decided there again.</summary>
    public bool IsOurs { get; set; } = true;

    /// <summary>Whether the client was told to fetch none of it; null when it has to be told anew.</summary>
    public bool? IsPaused { get; set; }

    /// <summary>Taken and not decided.</summary>
    public int UnderWay => _taken.Count - _decided.Count;

    /// <summary>Taken and not decided, or decided behind one that isn't: so many numbers are remembered.</summary>
    public int Kept => _taken.Count;

    /// <summary>The offset to go on from, were this node to die now; null until something is decided.</summary>
    public long? Committable { get; private set; }

    /// <summary><see cref="Committable"/> as the client takes it.</summary>
    public TopicPartitionOffset? Reached => Committable is { } offset ? new(partition, offset) : null;

    /// <summary>Whether so many are kept that no more may come, until half of them are gone.</summary>
    public bool IsFilledBy(int keptMax) => _isFilled = Kept >= (_isFilled ? (keptMax / 2) + 1 : keptMax);

    public void Take(long offset) => _taken.Enqueue(offset);

    /// <returns>Whether <see cref="Committable"/> has moved.</returns>
    public bool Decide(long offset)
    {
        _decided.Add(offset);
        var hasMoved = false;
        while (_taken.TryPeek(out var first) && _decided.Remove(first))
        {
            _taken.Dequeue();
            Committable = first + 1;
            hasMoved = true;
        }

        return hasMoved;
    }
}
