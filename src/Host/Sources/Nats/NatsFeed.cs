using NATS.Client.Core;
using NATS.Client.JetStream;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>
/// Pulls in batches. The connection mends itself, and an acknowledgement may go by another connection than its message came by, so
/// a cut costs nothing that is under way; an acknowledgement that a cut swallows is a delivery again after the consumer's AckWait.
/// </summary>
internal sealed class NatsFeed : IFeed
{
    private const int NotFound = 404;

    /// <summary>What one pull may bring, by the size of what came lately: a pull is for a number of messages or of bytes, not for both.</summary>
    private const long PullBytesMax = 16 * 1024 * 1024;

    private static readonly TimeSpan FirstWithin = TimeSpan.FromSeconds(1);

    /// <summary>A pull that a cut has swallowed ends by itself; this is for one that doesn't.</summary>
    private static readonly TimeSpan PullWithin = TimeSpan.FromSeconds(10);

    private readonly NatsSettings _settings;
    private readonly NatsConnection _connection;
    private readonly NatsLetters _letters;
    private readonly INatsJSConsumer _consumer;
    private long _messageBytes;

    public NatsFeed(NatsSettings settings, NatsConnection connection, NatsLetters letters, INatsJSConsumer consumer)
    {
        _settings = settings;
        _connection = connection;
        _letters = letters;
        _consumer = consumer;
        // Until some have come they may be as large as the server takes them.
        _messageBytes = Math.Max(1, connection.ServerInfo?.MaxPayload ?? 1024 * 1024);
        KeepEvery = (consumer.Info.Config.AckWait is { Ticks: > 0 } wait ? wait : TimeSpan.FromSeconds(30)) / 3;
    }

    public CancellationToken Lost => CancellationToken.None;

    public string? Warning { get; init; }

    public bool IsConnected => _connection.ConnectionState == NatsConnectionState.Open;

    public TimeSpan KeepEvery { get; }

    public async Task<IReadOnlyList<Delivery>> TakeAsync(int messagesMax, CancellationToken cancellation)
    {
        var taken = new List<Delivery>();
        // A stop doesn't cut a pull short: what it would have brought would wait for AckWait to be delivered again.
        using var limit = new CancellationTokenSource(PullWithin);
        try
        {
            await PullAsync(taken, messagesMax, limit.Token);
            if (taken.Count == 0 && await _consumer.NextAsync<byte[]>(opts: new NatsJSNextOpts { Expires = FirstWithin }, cancellationToken: limit.Token) is { } first)
                taken.Add(new NatsDelivery(first));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // What came is handled; what didn't is delivered again.
        }
        catch (NatsJSProtocolException fault)
        {
            throw new BrokerRefusedException($"The consumer {_settings.Group} is of no use any more: {fault.HeaderMessageText}", fault);
        }

        return taken;
    }

    public async Task AcknowledgeAsync(IReadOnlyList<Delivery> decided, CancellationToken cancellation)
    {
        // Not asked to be confirmed: one that is lost costs a delivery again, which changes nothing.
        foreach (var delivery in decided)
            await ((NatsDelivery)delivery).Raw.AckAsync(cancellationToken: cancellation);
    }

    public Task DeadLetterAsync(DeadLetter letter, CancellationToken cancellation) => _letters.WriteAsync(letter, cancellation);

    public async Task KeepAsync(IReadOnlyCollection<Delivery> underWay, CancellationToken cancellation)
    {
        foreach (var delivery in underWay)
            await ((NatsDelivery)delivery).Raw.AckProgressAsync(cancellationToken: cancellation);
    }

    public async Task ReleaseAsync(IReadOnlyList<Delivery> givenUp, CancellationToken cancellation)
    {
        foreach (var delivery in givenUp)
            await ((NatsDelivery)delivery).Raw.NakAsync(cancellationToken: cancellation);
        // They are on their way only; the server has read them when it answers what was sent behind them.
        await _connection.PingAsync(cancellation);
    }

    public async Task<long?> ReadLagAsync(CancellationToken cancellation)
    {
        try
        {
            await _consumer.RefreshAsync(cancellation);
        }
        catch (NatsJSApiException fault) when (fault.Error.Code == NotFound)
        {
            throw new BrokerRefusedException($"The consumer {_settings.Group} of the stream {_settings.Stream} isn't there any more: {fault.Error.Description}", fault);
        }

        return (long)_consumer.Info.NumPending + _consumer.Info.NumAckPending;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task PullAsync(List<Delivery> taken, int messagesMax, CancellationToken cancellation)
    {
        var messages = (int)Math.Clamp(PullBytesMax / _messageBytes, 1, messagesMax);
        var largest = 1L;
        await foreach (var message in _consumer.FetchNoWaitAsync<byte[]>(new NatsJSFetchOpts { MaxMsgs = messages }, cancellationToken: cancellation))
        {
            taken.Add(new NatsDelivery(message));
            largest = Math.Max(largest, message.Size);
        }

        if (taken.Count > 0)
            _messageBytes = Math.Max(largest, _messageBytes / 2);
    }
}
