using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>Kafka: a consumer group, whose members share the topic's partitions.</summary>
internal sealed class KafkaBroker(KafkaSettings settings) : IBroker
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    public async Task<IFeed> OpenAsync(CancellationToken cancellation)
    {
        // The client blocks.
        await Task.Run(FindTopics, cancellation);
        return new KafkaFeed(settings);
    }

    /// <summary>A consumer of a topic that isn't there would wait for it without a word, and a bad message for the dead letters' topic.</summary>
    private void FindTopics()
    {
        Error? heard = null;
        using var admin = new AdminClientBuilder(settings.Apply(new AdminClientConfig()))
            .SetErrorHandler((_, error) => heard = error)
            .SetLogHandler((_, _) => { })
            .Build();
        try
        {
            // All topics: to ask for one by name may make it.
            var topics = admin.GetMetadata(AnswersWithin).Topics;
            if (!topics.Exists(topic => topic.Topic == settings.Topic))
                throw new BrokerRefusedException($"There is no topic {settings.Topic}.");
            if (!topics.Exists(topic => topic.Topic == settings.DeadLetter))
                throw new BrokerRefusedException($"There is no topic {settings.DeadLetter} for the dead letters. Make it, or set DeadLetter to one that is there.");
        }
        catch (KafkaException fault)
        {
            throw heard is { Code: ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Ssl }
                ? new BrokerRefusedException($"The brokers refuse the login: {heard.Reason}", fault)
                : new IOException($"The brokers can't be reached: {heard?.Reason ?? fault.Error.Reason}", fault);
        }
    }
}
