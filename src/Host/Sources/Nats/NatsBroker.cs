using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>NATS JetStream: a durable pull consumer that all nodes share.</summary>
internal sealed class NatsBroker(NatsSettings settings) : IBroker
{
    private const int NotFound = 404;
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    public async Task<IFeed> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NatsConnection(Options());
        try
        {
            await ConnectAsync(connection, cancellation);
            var js = new NatsJSContext(connection);
            var streams = new NatsStreams(settings, js);
            var warning = await streams.FindAsync(cancellation);
            await streams.FindDeadLettersAsync(cancellation);
            var consumer = await FindConsumerAsync(js, cancellation);
            return new NatsFeed(settings, connection, new NatsLetters(settings, connection, js, streams), consumer) { Warning = warning };
        }
        catch (NatsJSApiNoResponseException fault)
        {
            await connection.DisposeAsync();
            throw new BrokerRefusedException("The server doesn't answer JetStream's calls: is JetStream on, for this account?", fault);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private NatsOpts Options() => NatsOpts.Default with
    {
        Url = settings.Url,
        Name = $"gpucredit source {settings.Common.Name}",
        MaxReconnectRetry = -1,
        ReconnectWaitMin = TimeSpan.FromMilliseconds(100),
        ReconnectWaitMax = TimeSpan.FromSeconds(2),
        ConnectTimeout = AnswersWithin,
        RequestTimeout = AnswersWithin,
        // A connection whose other end vanished without a word is found out.
        PingInterval = TimeSpan.FromSeconds(5),
        AuthOpts = NatsAuthOpts.Default with
        {
            Username = settings.Credentials?.Username,
            Password = settings.Credentials?.Password,
            Token = settings.Token,
            CredsFile = settings.CredentialsFile,
        },
        TlsOpts = NatsTlsOpts.Default with { CaFile = settings.CaFile },
    };

    private static async Task ConnectAsync(NatsConnection connection, CancellationToken cancellation)
    {
        try
        {
            await connection.ConnectAsync().AsTask().WaitAsync(cancellation);
        }
        catch (NatsException fault)
        {
            if (fault is NatsServerException { IsAuthError: true } || fault.InnerException is NatsServerException { IsAuthError: true })
                throw new BrokerRefusedException("The server refuses the login.", fault);
            // The client's own words name no reason; what is innermost does: a connection refused, a certificate nobody trusts.
            throw new IOException($"The server can't be reached: {fault.GetBaseException().Message}", fault);
        }
    }

    private async Task<INatsJSConsumer> FindConsumerAsync(NatsJSContext js, CancellationToken cancellation)
    {
        INatsJSConsumer consumer;
        try
        {
            consumer = await js.GetConsumerAsync(settings.Stream, settings.Group, cancellation);
        }
        catch (NatsJSApiException fault) when (fault.Error.Code == NotFound)
        {
            consumer = await CreateConsumerAsync(js, cancellation);
        }

        var found = consumer.Info.Config;
        if (found.AckPolicy != ConsumerConfigAckPolicy.Explicit || found.MaxDeliver > 0)
        {
            throw new BrokerRefusedException(
                $"The consumer {settings.Group} must acknowledge each message (AckPolicy explicit) and deliver without end (MaxDeliver -1): as it is the broker would drop messages that aren't stored.");
        }

        // A consumer outlives the setting it was made by: with another filter it would go on with the old subject, and never with the new one.
        if (settings.Subject is { } subject && !(found.FilterSubjects is { Count: > 0 } several ? several : [found.FilterSubject ?? ""]).SequenceEqual([subject]))
        {
            throw new BrokerRefusedException(
                $"The consumer {settings.Group} is there, and isn't for the subject {subject} as Subject says but for {Filter(found)}. Set Group to another name, or change or delete the consumer.");
        }

        return consumer;
    }

    private static string Filter(ConsumerConfig consumer) =>
        consumer.FilterSubjects is { Count: > 0 } several ? string.Join(", ", several) : consumer.FilterSubject is { Length: > 0 } one ? one : "all of the stream";

    private async Task<INatsJSConsumer> CreateConsumerAsync(NatsJSContext js, CancellationToken cancellation)
    {
        var config = new ConsumerConfig(settings.Group)
        {
            AckPolicy = ConsumerConfigAckPolicy.Explicit,
            AckWait = settings.AckWait,
            DeliverPolicy = ConsumerConfigDeliverPolicy.All,
            FilterSubject = settings.Subject,
            MaxDeliver = -1,
            // Each node bounds what it holds. One bound for all of them would stop those that live while a dead one's messages
            // wait to be delivered again.
            MaxAckPending = -1,
        };
        try
        {
            return await js.CreateOrUpdateConsumerAsync(settings.Stream, config, cancellation);
        }
        catch (NatsJSApiException fault)
        {
            throw new BrokerRefusedException($"The consumer {settings.Group} of the stream {settings.Stream} can't be made: {fault.Error.Description}", fault);
        }
    }
}
