using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>
/// Publishes dead letters, on a connection of its own: a broker that is short of memory or disk reads no more from a connection that
/// publishes, and acknowledgements on the same one would stall with it.
/// </summary>
internal sealed class RabbitMqPublisher : IAsyncDisposable
{
    /// <summary>A letter that isn't confirmed by then is tried again later, and may be there twice.</summary>
    private static readonly TimeSpan ConfirmedWithin = TimeSpan.FromSeconds(10);

    private readonly RabbitMqSettings _settings;
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private volatile string? _whyBlocked;

    /// <param name="settings">Where letters go.</param>
    /// <param name="connection">Its own from now on.</param>
    /// <param name="channel">With confirms that are tracked.</param>
    /// <param name="lose">Called when nothing can be published here any more.</param>
    public RabbitMqPublisher(RabbitMqSettings settings, IConnection connection, IChannel channel, AsyncEventHandler<ShutdownEventArgs> lose)
    {
        _settings = settings;
        _connection = connection;
        _channel = channel;
        _connection.ConnectionShutdownAsync += lose;
        _channel.ChannelShutdownAsync += lose;
        _connection.ConnectionBlockedAsync += (_, blocked) => Note(blocked.Reason);
        _connection.ConnectionUnblockedAsync += (_, _) => Note(null);
    }

    public bool IsOpen => _connection.IsOpen;

    /// <summary>Returns when the broker has confirmed it.</summary>
    /// <exception cref="IOException">It hasn't, in time, or takes nothing now.</exception>
    public async Task PublishAsync(DeadLetter letter, CancellationToken cancellation)
    {
        // What was sent now would lie on the way, and be there once more for each try.
        if (_whyBlocked is { } why)
            throw new IOException($"the broker takes no messages now: {why}");
        var original = ((RabbitMqDelivery)letter.Delivery).Properties;
        // Not the whole of the original's properties: an expiration would take the letter away, a user id would be refused.
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = original.ContentType,
            ContentEncoding = original.ContentEncoding,
            MessageId = original.MessageId,
            CorrelationId = original.CorrelationId,
            Type = original.Type,
            Headers = RabbitMqLetter.Headers(letter, original.Headers, _connection.FrameMax),
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ConfirmedWithin);
        try
        {
            // Mandatory: one that no queue takes is a fault, and not silently gone.
            await _channel.BasicPublishAsync(_settings.DeadLetterExchange, _settings.DeadLetter, mandatory: true, properties, letter.Delivery.Message.Body, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the broker hasn't confirmed it within {ConfirmedWithin.TotalSeconds:0} s");
        }
    }

    public async ValueTask DisposeAsync() => await RabbitMqBroker.CloseAsync(_connection);

    private Task Note(string? whyBlocked)
    {
        _whyBlocked = whyBlocked;
        return Task.CompletedTask;
    }
}
