using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>Asks the brokers how many messages of this node's partitions are still to be settled, beside the polling and never in its way.</summary>
internal sealed class KafkaLag(IConsumer<byte[]?, byte[]?> consumer, HeldPartitions held, KafkaHealth health) : IDisposable
{
    /// <summary>For all questions about all partitions together.</summary>
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(3);

    private readonly IAdminClient _admin = new DependentAdminClientBuilder(consumer.Handle).Build();

    /// <returns>Null while no partition is this node's, and where they are others by the time of the answer.</returns>
    /// <exception cref="IOException">The brokers didn't answer in time.</exception>
    public async Task<long?> ReadAsync()
    {
        var partitions = consumer.Assignment;
        if (partitions.Count == 0)
            return null;
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            // This call blocks.
            var committed = await Task.Run(() => consumer.Committed(partitions, AnswersWithin));
            var starts = new Dictionary<TopicPartition, long>();
            foreach (var (partition, offset) in committed.Select(one => (one.TopicPartition, one.Offset)))
            {
                var reached = held.Committable(partition);
                if (!offset.IsSpecial || reached is not null)
                    starts[partition] = Math.Max(offset.IsSpecial ? 0 : offset.Value, reached ?? 0);
            }

            var ends = await FindAsync(partitions, OffsetSpec.Latest(), started);
            // Nothing was committed yet of these: all that is there is still to be settled.
            foreach (var (partition, first) in await FindAsync([.. partitions.Where(partition => !starts.ContainsKey(partition))], OffsetSpec.Earliest(), started))
                starts[partition] = first;
            if (!partitions.ToHashSet().SetEquals(consumer.Assignment))
                return null;
            health.Reached();
            return partitions.Sum(partition => Math.Max(0, ends[partition] - starts[partition]));
        }
        catch (KafkaException fault)
        {
            throw new IOException(health.Heard ?? fault.Error.Reason, fault);
        }
    }

    public void Dispose() => _admin.Dispose();

    /// <summary>One call for each broker that leads some of them, however many there are.</summary>
    private async Task<Dictionary<TopicPartition, long>> FindAsync(List<TopicPartition> partitions, OffsetSpec which, long started)
    {
        if (partitions.Count == 0)
            return [];
        var left = AnswersWithin - TimeProvider.System.GetElapsedTime(started);
        if (left.TotalMilliseconds < 1)
            throw new KafkaException(ErrorCode.Local_TimedOut);
        var found = await _admin.ListOffsetsAsync(
            partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }),
            new ListOffsetsOptions { RequestTimeout = left });
        return found.ResultInfos.ToDictionary(one => one.TopicPartitionOffsetError.TopicPartition, one => one.TopicPartitionOffsetError.Offset.Value);
    }
}
