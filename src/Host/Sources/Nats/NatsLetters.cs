using NATS.Client.Core;
using NATS.Client.JetStream;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>
/// Publishes dead letters. Their stream is looked for when the source starts, and again when nobody answers for it: somebody may have
/// deleted it meanwhile, and without a look letters would be tried in vain for ever. Any number of callers.
/// </summary>
internal sealed class NatsLetters(NatsSettings settings, NatsConnection connection, NatsJSContext js, NatsStreams streams)
{
    private readonly Lock _gate = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Returns when the server has confirmed all parts of it.</summary>
    /// <exception cref="BrokerRefusedException">No stream keeps them any more, and none is to be made or can be.</exception>
    /// <exception cref="Exception">The server doesn't answer, or refuses.</exception>
    public async Task WriteAsync(DeadLetter letter, CancellationToken cancellation)
    {
        try
        {
            await PublishAsync(letter, cancellation);
        }
        catch (NatsJSPublishNoResponseException)
        {
            await LookAsync(cancellation);
            // It is there, or there again. Who still doesn't answer may be between two leaders, and is tried again later.
            await PublishAsync(letter, cancellation);
        }
    }

    private async Task PublishAsync(DeadLetter letter, CancellationToken cancellation)
    {
        var message = ((NatsDelivery)letter.Delivery).Raw;
        var payloadMax = connection.ServerInfo?.MaxPayload ?? 1024 * 1024;
        foreach (var (headers, body) in NatsLetter.Write(letter, message.Headers, message.Data, message.Metadata?.Timestamp, payloadMax))
        {
            var ack = await js.PublishAsync(settings.DeadLetter, body, headers: headers, cancellationToken: cancellation);
            if (ack.Error is { } refusal)
                throw new IOException($"{settings.DeadLetter}: {refusal.Description}");
        }
    }

    /// <summary>One look at a time is for all letters that ask for it: there may be a thousand of them.</summary>
    private Task LookAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_looking.IsCompleted)
                _looking = streams.FindDeadLettersAsync(CancellationToken.None); // the client bounds each of its calls
            return _looking.WaitAsync(cancellation);
        }
    }
}
