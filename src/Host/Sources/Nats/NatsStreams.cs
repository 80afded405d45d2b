using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>Finds the stream that is read and the one that dead letters go to, or makes them.</summary>
internal sealed class NatsStreams(NatsSettings settings, NatsJSContext js)
{
    private const int NotFound = 404;

    /// <returns>A sentence for operators where the server may drop messages by itself; null where it doesn't.</returns>
    /// <exception cref="BrokerRefusedException">There is none, and it isn't to be made or can't be.</exception>
    public async Task<string?> FindAsync(CancellationToken cancellation)
    {
        try
        {
            var stream = await js.GetStreamAsync(settings.Stream, cancellationToken: cancellation);
            return NatsRetention.Warning(stream.Info.Config);
        }
        catch (NatsJSApiException fault) when (fault.Error.Code == NotFound)
        {
            if (!settings.Create)
                throw new BrokerRefusedException($"There is no stream {settings.Stream}. Make it, or set Create to true.", fault);
            // A message stays until it is acknowledged; from then on the ledger keeps its entries.
            await CreateAsync(new StreamConfig(settings.Stream, [settings.Subject!]) { Retention = StreamConfigRetention.Workqueue }, cancellation);
            return null;
        }
    }

    /// <exception cref="BrokerRefusedException">No stream keeps dead letters, or the one that is read would, or none can be made.</exception>
    public async Task FindDeadLettersAsync(CancellationToken cancellation)
    {
        var streams = new List<string>();
        await foreach (var name in js.ListStreamNamesAsync(settings.DeadLetter, cancellation))
            streams.Add(name);
        if (streams.Contains(settings.Stream))
            throw new BrokerRefusedException($"The dead letters' subject {settings.DeadLetter} is one of the stream {settings.Stream}: the source would read its own dead letters. Set DeadLetter to a subject of another stream.");
        if (streams.Count > 0)
            return;
        if (!settings.Create)
            throw new BrokerRefusedException($"No stream keeps the dead letters' subject {settings.DeadLetter}. Make one, or set Create to true.");
        await CreateAsync(new StreamConfig(settings.DeadLetterStream, [settings.DeadLetter]), cancellation);
    }

    private async Task CreateAsync(StreamConfig stream, CancellationToken cancellation)
    {
        try
        {
            await js.CreateStreamAsync(stream, cancellation);
        }
        catch (NatsJSApiException fault)
        {
            throw new BrokerRefusedException($"The stream {stream.Name} can't be made: {fault.Error.Description}", fault);
        }
    }
}
