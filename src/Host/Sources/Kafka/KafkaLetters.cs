using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>Writes dead letters to their topic. Any number of callers.</summary>
internal sealed class KafkaLetters : IDisposable
{
    private readonly string _topic;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private int _bytesMax = KafkaLetter.BytesMax;

    /// <param name="settings">Where they go.</param>
    /// <param name="hear">What the client has to say.</param>
    public KafkaLetters(KafkaSettings settings, Action<Error> hear)
    {
        _topic = settings.DeadLetter;
        // Not idempotent: a letter whose fate isn't known is written again in any case, and an idempotent producer can end in a state
        // that it doesn't leave.
        var config = settings.Apply(new ProducerConfig
        {
            Acks = Acks.All,
            MessageTimeoutMs = 10_000,
            LingerMs = 5,
            MessageMaxBytes = KafkaLetter.BytesMax,
            // Of several letters together, which must not be too large together when each isn't alone.
            BatchSize = KafkaLetter.BytesMin,
        });
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetErrorHandler((_, error) => hear(error)).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Returns when all replicas in sync have it, and throws when they don't say so in time.</summary>
    public async Task WriteAsync(DeadLetter letter, Message<byte[]?, byte[]?> original, CancellationToken cancellation)
    {
        for (; ; )
        {
            var bytesMax = Volatile.Read(ref _bytesMax);
            try
            {
                await WriteAsync(KafkaLetter.Write(letter, original, bytesMax), cancellation);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> fault) when (IsTooLarge(fault.Error.Code) && bytesMax > KafkaLetter.BytesMin)
            {
                // The topic takes less than most, and doesn't say how much.
                Interlocked.CompareExchange(ref _bytesMax, Math.Max(KafkaLetter.BytesMin, bytesMax / 2), bytesMax);
            }
        }
    }

    public void Dispose() => _producer.Dispose();

    /// <summary>All in one partition, in order.</summary>
    private async Task WriteAsync(IReadOnlyList<Message<byte[]?, byte[]?>> parts, CancellationToken cancellation)
    {
        var place = new TopicPartition(_topic, Partition.Any);
        foreach (var part in parts)
            place = (await _producer.ProduceAsync(place, part, cancellation)).TopicPartition;
    }

    private static bool IsTooLarge(ErrorCode code) => code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge;
}
