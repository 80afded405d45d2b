using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>
/// The broker pushes, up to its prefetch. When the connection or a channel ends, the feed is lost with all that it holds: the
/// broker delivers that again.
/// </summary>
internal sealed class RabbitMqFeed : IFeed
{
    private readonly RabbitMqSettings _settings;
    private readonly IConnection _connection;
    private readonly IChannel _messages;
    private readonly IChannel _questions;
    private readonly RabbitMqPublisher _letters;
    private readonly Channel<RabbitMqDelivery> _pushed;
    private readonly CancellationTokenSource _lost = new();

    /// <param name="settings">Which queue, and how much of it.</param>
    /// <param name="messages">The connection that messages come by, and acknowledgements go; nothing is ever published on it. The feed's own from now on.</param>
    /// <param name="channel">Of that, for messages.</param>
    /// <param name="questions">Of that, for what isn't one.</param>
    /// <param name="letters">The other connection; the feed's own too.</param>
    /// <param name="lettersChannel">Of that.</param>
    public RabbitMqFeed(RabbitMqSettings settings, IConnection messages, IChannel channel, IChannel questions, IConnection letters, IChannel lettersChannel)
    {
        _settings = settings;
        _connection = messages;
        _messages = channel;
        _questions = questions;
        // Never full: the broker pushes no more than this before an acknowledgement.
        _pushed = Channel.CreateBounded<RabbitMqDelivery>(settings.Common.Prefetch);
        _connection.ConnectionShutdownAsync += LoseAsync;
        _messages.ChannelShutdownAsync += LoseAsync;
        _questions.ChannelShutdownAsync += LoseAsync;
        _letters = new RabbitMqPublisher(settings, letters, lettersChannel, LoseAsync);
        Lost = _lost.Token;
    }

    public CancellationToken Lost { get; }

    public string? Warning { get; init; }

    public bool IsConnected => !Lost.IsCancellationRequested && _connection.IsOpen && _letters.IsOpen;

    /// <summary>There is nothing to say: a delivery is ours until its channel ends. (The broker ends one that holds a delivery for half an hour.)</summary>
    public TimeSpan KeepEvery => TimeSpan.FromMinutes(1);

    public async Task StartAsync(CancellationToken cancellation)
    {
        await _messages.BasicQosAsync(0, (ushort)_settings.Common.Prefetch, global: false, cancellation);
        var consumer = new AsyncEventingBasicConsumer(_messages);
        consumer.ReceivedAsync += (_, received) => _pushed.Writer.WriteAsync(new RabbitMqDelivery(_settings.Queue, received)).AsTask();
        // The broker cancels a consumer whose queue is deleted, and says no more.
        consumer.UnregisteredAsync += LoseAsync;
        await _messages.BasicConsumeAsync(_settings.Queue, autoAck: false, consumer, cancellation);
    }

    public async Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation)
    {
        var taken = new List<Delivery>();
        await _pushed.Reader.WaitToReadAsync(cancellation);
        while (taken.Count < messagesMax && _pushed.Reader.TryRead(out var delivery))
            taken.Add(delivery);
        return taken;
    }

    public async Task AcknowledgeAsync(IReadOnlyList<Delivery> decided, CancellationToken cancellation)
    {
        foreach (var delivery in decided)
            await _messages.BasicAckAsync(((RabbitMqDelivery)delivery).Tag, multiple: false, cancellation);
    }

    public Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation) => _letters.PublishAsync(letter, cancellation);

    public Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>What is ready, and what waits or is under way here. What other nodes hold is theirs to say.</summary>
    public async Task<long?> ReadLagAsync(CancellationToken cancellation) =>
        await _questions.MessageCountAsync(_settings.Queue, cancellation) + _pushed.Reader.Count;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(RabbitMqBroker.CloseAsync(_connection), _letters.DisposeAsync().AsTask());
        _lost.Dispose();
    }

    private Task LoseAsync(object sender, AsyncEventArgs why)
    {
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was closed by us.
        }

        _pushed.Writer.TryComplete();
        return Task.CompletedTask;
    }
}
