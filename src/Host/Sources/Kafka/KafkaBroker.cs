using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>Kafka: a consumer group, whose members share the topic's partitions.</summary>
internal sealed class KafkaBroker(KafkaSettings settings) : IBroker
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    public async Task<IFeed> OpenAsync(CancellationToken cancellation)
    {
        // The client blocks.
        await Task.Run(FindTopic, cancellation);
        return new KafkaFeed(settings);
    }

    /// <summary>A consumer of a topic that isn't there would wait for it without a word.</summary>
    private void FindTopic()
    {
        Error? heard = null;
        using var admin = new AdminClientBuilder(settings.Apply(new AdminClientConfig()))
            .SetErrorHandler((_, error) => heard = error)
            .SetLogHandler((_, _) => { })
            .Build();
        try
        {
            // All topics: to ask for one by name may make it.
            if (!admin.GetMetadata(AnswersWithin).Topics.Exists(topic => topic.Topic == settings.Topic))
                throw new BrokerRefusedException($"There is no topic {settings.Topic}.");
        }
        catch (KafkaException fault)
        {
            throw heard is { Code: ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Ssl }
                ? new BrokerRefusedException($"The brokers refuse the login: {heard.Reason}", fault)
                : new IOException($"The brokers can't be reached: {heard?.Reason ?? fault.Error.Reason}", fault);
        }
    }
}
