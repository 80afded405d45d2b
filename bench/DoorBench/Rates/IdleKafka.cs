using System.Diagnostics;
using Confluent.Kafka;
using Sources.Tests.Brokers;

namespace DoorBench.Rates;

/// <inheritdoc cref="IdleConsumer"/>
internal static class IdleKafka
{
    /// <summary>The mock cluster keeps at most 5 MiB of each of four partitions, so it is fed and drained by turns; only the draining is measured.</summary>
    private const int FedAtOnce = 50_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<Rate> RunAsync(KafkaCluster cluster, int messages)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = cluster.Servers, Acks = Acks.All }).SetLogHandler((_, _) => { }).Build();
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig { BootstrapServers = cluster.Servers, GroupId = IdleConsumer.Place, EnableAutoCommit = true })
            .SetLogHandler((_, _) => { }).Build();
        var time = TimeSpan.Zero;
        foreach (var feed in IdleConsumer.Bodies(messages).Chunk(FedAtOnce))
        {
            var starts = new Dictionary<TopicPartition, Offset>();
            foreach (var chunk in feed.Chunk(IdleConsumer.Chunk))
            {
                foreach (var written in await Task.WhenAll(chunk.Select((body, n) => producer.ProduceAsync(new TopicPartition(IdleConsumer.Place, n % KafkaCluster.Partitions), new Message<Null, byte[]> { Value = body }))))
                {
                    if (!starts.TryGetValue(written.TopicPartition, out var start) || written.Offset < start)
                        starts[written.TopicPartition] = written.Offset;
                }
            }

            time += await Task.Run(() => Drain(consumer, starts, feed.Length));
        }

        consumer.Close();
        return IdleConsumer.Rate("Kafka's mock cluster", messages, time);
    }

    /// <summary>From the first question to the last message, the acknowledgement of the group's place included.</summary>
    private static TimeSpan Drain(IConsumer<Ignore, byte[]> consumer, Dictionary<TopicPartition, Offset> starts, int messages)
    {
        var clock = Stopwatch.StartNew();
        consumer.Assign(starts.Select(start => new TopicPartitionOffset(start.Key, start.Value)));
        for (var left = messages; left > 0; left--)
        {
            if (consumer.Consume(Patience) is null)
                throw new TimeoutException($"Kafka's mock cluster delivers nothing for {Patience}, and {left} of {messages} messages are missing");
        }

        consumer.Commit();
        return clock.Elapsed;
    }
}
