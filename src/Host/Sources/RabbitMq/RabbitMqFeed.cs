using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>
/// The broker pushes, as much as may be held. When the connection or a channel ends, the feed is lost with all that it holds: the
/// broker delivers that again.
/// </summary>
internal sealed class RabbitMqFeed : IFeed
{
    private readonly RabbitMqSettings _settings;
    private readonly IConnection _connection;
    private readonly IChannel _messages;
    private readonly IChannel _questions;
    private readonly RabbitMqPublisher _letters;
    private readonly RabbitMqHeld _held;
    private readonly RabbitMqConsumer _consumer;
    private readonly CancellationTokenSource _lost = new();
    private Task _consuming = Task.CompletedTask;

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
        _held = new RabbitMqHeld(settings.Common.Prefetch, settings.Common.InFlightBytes);
        _consumer = new RabbitMqConsumer(settings.Queue, channel, _held, Lose);
        _connection.ConnectionShutdownAsync += LoseAsync;
        _messages.ChannelShutdownAsync += LoseAsync;
        _questions.ChannelShutdownAsync += LoseAsync;
        _letters = new RabbitMqPublisher(settings, letters, lettersChannel, LoseAsync);
        Lost = _lost.Token;
    }

    public CancellationToken Lost { get; }

    public string? LostBecause { get; private set; }

    public string? Warning { get; init; }

    public bool IsConnected => !Lost.IsCancellationRequested && _connection.IsOpen && _letters.IsOpen;

    /// <summary>There is nothing to say: a delivery is ours until its channel ends. (The broker ends one that holds a delivery for half an hour.)</summary>
    public TimeSpan KeepEvery => TimeSpan.FromMinutes(1);

    /// <inheritdoc cref="RabbitMqHeld.Now"/>
    public (int Messages, long Bytes) Held => _held.Now;

    public async Task StartAsync(CancellationToken cancellation)
    {
        await _consumer.StepAsync(cancellation);
        _consuming = ConsumeAsync();
    }

    public async Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation)
    {
        var taken = new List<Delivery>();
        await _consumer.Pushed.WaitToReadAsync(cancellation);
        while (taken.Count < messagesMax && _consumer.Pushed.TryRead(out var delivery))
            taken.Add(delivery);
        return taken;
    }

    public async Task AcknowledgeAsync(IReadOnlyList<Delivery> decided, CancellationToken cancellation)
    {
        foreach (var delivery in decided)
            await _messages.BasicAckAsync(((RabbitMqDelivery)delivery).Tag, multiple: false, cancellation);
        _held.Leave(decided.Count, decided.Sum(delivery => delivery.Bytes));
    }

    public Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation) => _letters.PublishAsync(letter, cancellation);

    public Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>What is ready, and what waits or is under way here. What other nodes hold is theirs to say.</summary>
    public async Task<long?> ReadLagAsync(CancellationToken cancellation) =>
        await _questions.MessageCountAsync(_settings.Queue, cancellation) + _consumer.Pushed.Count;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(RabbitMqBroker.CloseAsync(_connection), _letters.DisposeAsync().AsTask());
        // Or it would wait for room for ever.
        Lose();
        await _consuming;
        _lost.Dispose();
    }

    /// <summary>Never throws.</summary>
    private async Task ConsumeAsync()
    {
        try
        {
            while (!Lost.IsCancellationRequested)
                await _consumer.StepAsync(Lost);
        }
        catch (OperationCanceledException) when (Lost.IsCancellationRequested)
        {
            // Lost, or closed.
        }
        catch (Exception fault)
        {
            // A consumer that doesn't begin again would wait for ever.
            LostBecause = $"Messages can't be consumed: {fault.Message}";
            Lose();
        }
    }

    private Task LoseAsync(object sender, AsyncEventArgs why)
    {
        Lose();
        return Task.CompletedTask;
    }

    private void Lose()
    {
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was closed by us.
        }

        _consumer.End();
    }
}
