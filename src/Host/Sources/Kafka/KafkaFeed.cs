using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>
/// A consumer of the topic, and a producer for the dead letters. The connection mends itself; only a fault that the client calls fatal,
/// or one of polling itself, ends the feed.
/// </summary>
internal sealed class KafkaFeed : IFeed
{
    private readonly KafkaHealth _health;
    private readonly HeldPartitions _held;
    private readonly KafkaLetters _letters;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly KafkaLag _lag;
    private readonly Task _polling;

    /// <summary>The parts are the feed's from here on, unless this throws.</summary>
    /// <param name="topic">What is read.</param>
    /// <param name="health">Hears what the two clients say.</param>
    /// <param name="held">Is told by the consumer which partitions come and go.</param>
    /// <param name="letters">Where dead letters go.</param>
    /// <param name="consumer">Isn't subscribed yet.</param>
    public KafkaFeed(string topic, KafkaHealth health, HeldPartitions held, KafkaLetters letters, IConsumer<byte[]?, byte[]?> consumer)
    {
        (_health, _held, _letters, _consumer) = (health, held, letters, consumer);
        consumer.Subscribe(topic);
        _lag = new KafkaLag(consumer, held, health);
        _polling = new KafkaPolling(consumer, held, health).Start();
    }

    public CancellationToken Lost => _health.Lost;

    public string? LostBecause => _health.LostBecause;

    public bool IsConnected => !_health.IsDown && !Lost.IsCancellationRequested;

    /// <summary>There is nothing to say: polling says it.</summary>
    public TimeSpan KeepEvery => TimeSpan.FromMinutes(1);

    /// <inheritdoc cref="HeldPartitions.Polled"/>
    public (int Messages, long Bytes, bool IsFull) Polled => _held.Polled;

    /// <exception cref="Exception">A part can't be made; those that were are closed again, since a feed is opened for ever.</exception>
    public static KafkaFeed Open(KafkaSettings settings) => Open(settings, KafkaConsumer.Build);

    /// <inheritdoc cref="Open(KafkaSettings)"/>
    /// <param name="settings">The source's.</param>
    /// <param name="build">Makes the consumer.</param>
    internal static KafkaFeed Open(KafkaSettings settings, Func<KafkaSettings, HeldPartitions, KafkaHealth, IConsumer<byte[]?, byte[]?>> build)
    {
        var health = new KafkaHealth();
        KafkaLetters? letters = null;
        IConsumer<byte[]?, byte[]?>? consumer = null;
        try
        {
            var held = new HeldPartitions(settings.Common.Prefetch, settings.Common.InFlightBytes);
            letters = new KafkaLetters(settings, health.Hear);
            consumer = build(settings, held, health);
            return new KafkaFeed(settings.Topic, health, held, letters, consumer);
        }
        catch
        {
            foreach (var part in new IDisposable?[] { consumer, letters, health })
                Close(part);
            throw;
        }
    }

    public Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation) => _held.TakeAsync(messagesMax, cancellation);

    public Task AcknowledgeAsync(IReadOnlyList<Delivery> decided, CancellationToken cancellation)
    {
        _held.Decide(decided.Cast<KafkaDelivery>(), _consumer.StoreOffset);
        return Task.CompletedTask;
    }

    public Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation) =>
        _letters.WriteAsync(letter, ((KafkaDelivery)letter.Delivery).Raw.Message, cancellation);

    public Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Of the partitions that are this node's; null while it has none.</summary>
    public Task<long?> ReadLagAsync(CancellationToken cancellation) => _lag.ReadAsync();

    public async ValueTask DisposeAsync()
    {
        // From the last to the first, each whatever became of those before.
        using var health = _health;
        using var letters = _letters;
        using var consumer = _consumer;
        using var lag = _lag;
        _held.Close();
        try
        {
            await _polling;
        }
        finally
        {
            // Commits what is stored, and leaves the group, so that the others needn't wait for the session's end. A consumer that isn't
            // closed may not end at all.
            await Task.Run(_consumer.Close);
        }
    }

    /// <summary>However it ends: what is told is why the feed can't be opened.</summary>
    private static void Close(IDisposable? part)
    {
        try
        {
            part?.Dispose();
        }
        catch (Exception)
        {
            // The others are closed all the same.
        }
    }
}
