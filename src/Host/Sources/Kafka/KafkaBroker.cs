using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>Kafka: a consumer group, whose members share the topic's partitions.</summary>
internal sealed class KafkaBroker(KafkaSettings settings) : IBroker
{
    public async Task<IFeed> OpenAsync(CancellationToken cancellation)
    {
        // The client blocks.
        await Task.Run(FindTopicsAsync, cancellation);
        return KafkaFeed.Open(settings);
    }

    private async Task FindTopicsAsync()
    {
        Error? heard = null;
        using var admin = new AdminClientBuilder(settings.Apply(new AdminClientConfig()))
            .SetErrorHandler((_, error) => heard = error)
            .SetLogHandler((_, _) => { })
            .Build();
        try
        {
            await KafkaTopics.FindAsync(admin, settings);
        }
        catch (KafkaException fault)
        {
            throw heard is { Code: ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Ssl }
                ? new BrokerRefusedException($"The brokers refuse the login: {heard.Reason}", fault)
                : new IOException($"The brokers can't be reached: {heard?.Reason ?? fault.Error.Reason}", fault);
        }
    }
}
