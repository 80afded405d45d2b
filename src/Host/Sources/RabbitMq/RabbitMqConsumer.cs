using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>Has the broker push messages, as many at once as <see cref="RabbitMqHeld"/> says.</summary>
/// <remarks>
/// A prefetch holds for consumers that begin after it was set, so another one is another consumer, on the same channel: what the one before
/// it has got stays ours.
/// </remarks>
/// <param name="queue">Which.</param>
/// <param name="channel">For messages.</param>
/// <param name="held">What came and isn't settled.</param>
/// <param name="lose">Called when nothing more can come this way.</param>
internal sealed class RabbitMqConsumer(string queue, IChannel channel, RabbitMqHeld held, Action lose) : AsyncDefaultBasicConsumer(channel)
{
    /// <summary>Bounded by what may be held.</summary>
    private readonly Channel<RabbitMqDelivery> _pushed = System.Threading.Channels.Channel.CreateUnbounded<RabbitMqDelivery>();

    private string? _tag;

    /// <summary>What came and isn't taken yet; completed by <see cref="End"/>.</summary>
    public ChannelReader<RabbitMqDelivery> Pushed => _pushed.Reader;

    /// <summary>Begins, or does what has to be done next, as soon as something has.</summary>
    /// <exception cref="Exception">The broker refuses, or the channel is closed.</exception>
    public async Task StepAsync(CancellationToken cancellation)
    {
        var (prefetch, refused) = await held.NextAsync(cancellation);
        if (_tag is { } tag)
        {
            _tag = null;
            await Channel.BasicCancelAsync(tag, noWait: false, cancellation);
        }

        // Not before the consumer has ended: they would come to it again at once.
        foreach (var message in refused)
            await Channel.BasicNackAsync(message, multiple: false, requeue: true, cancellation);
        if (prefetch > 0)
        {
            await Channel.BasicQosAsync(0, (ushort)prefetch, global: false, cancellation);
            _tag = await Channel.BasicConsumeAsync(queue, autoAck: false, this, cancellation);
        }
    }

    /// <summary>No more will come.</summary>
    public void End() => _pushed.Writer.TryComplete();

    /// <inheritdoc/>
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        // Before it is copied: a broker may push hundreds of large ones before it hears that there is no room.
        if (!held.Refuses(deliveryTag, body.Length))
        {
            var delivery = new RabbitMqDelivery(
                queue, new BasicDeliverEventArgs(consumerTag, deliveryTag, redelivered, exchange, routingKey, properties, body, cancellationToken));
            held.Enter(delivery.Bytes);
            _pushed.Writer.TryWrite(delivery);
        }

        return Task.CompletedTask;
    }

    /// <summary>The broker cancels a consumer whose queue is deleted, and says no more.</summary>
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        lose();
        return Task.CompletedTask;
    }
}
