using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>Makes the consumer of a feed: a member of its group, which commits nothing but what it is told to.</summary>
internal static class KafkaConsumer
{
    /// <summary>The client's own, and more where a session is longer: it takes none that is longer than what may pass between two polls.</summary>
    private const int MaxPollIntervalMs = 300_000;

    /// <exception cref="Exception">The client doesn't take the settings, or can't read a file that they name.</exception>
    public static IConsumer<byte[]?, byte[]?> Build(KafkaSettings settings, HeldPartitions held, KafkaHealth health) =>
        new ConsumerBuilder<byte[]?, byte[]?>(Config(settings))
            .SetErrorHandler((_, error) => health.Hear(error))
            .SetLogHandler((_, _) => { })
            // All three within a poll.
            .SetPartitionsAssignedHandler((_, partitions) => held.Assigned(partitions))
            .SetPartitionsRevokedHandler((consumer, partitions) => Revoked(consumer, partitions, held, health))
            .SetPartitionsLostHandler((_, partitions) => held.Forget(partitions))
            .Build();

    private static ConsumerConfig Config(KafkaSettings settings)
    {
        var sessionMs = (int)settings.SessionTimeout.TotalMilliseconds;
        return settings.Apply(new ConsumerConfig
        {
            GroupId = settings.Group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // What is stored is committed in the background; and only what we say is stored.
            EnableAutoCommit = true,
            AutoCommitIntervalMs = 1_000,
            EnableAutoOffsetStore = false,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = sessionMs,
            HeartbeatIntervalMs = Math.Min(3_000, sessionMs / 5),
            MaxPollIntervalMs = Math.Max(MaxPollIntervalMs, sessionMs),
            QueuedMinMessages = settings.Common.Prefetch,
            QueuedMaxMessagesKbytes = 16 * 1024,
            FetchWaitMaxMs = 100,
            // When so many are queued librdkafka leaves the broker alone for this long: a second by default, in which a source has run dry.
            FetchQueueBackoffMs = 10,
        });
    }

    private static void Revoked(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartitionOffset> partitions, HeldPartitions held, KafkaHealth health)
    {
        try
        {
            if (held.Finish(partitions) is { Count: > 0 } reached)
                consumer.Commit(reached);
        }
        catch (KafkaException fault)
        {
            health.Hear(fault.Error); // whoever has them next decides these again
        }

        held.Forget(partitions);
    }
}
