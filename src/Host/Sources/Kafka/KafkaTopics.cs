using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>A consumer of a topic that isn't there would wait for it without a word, and a bad message for the dead letters' topic.</summary>
internal static class KafkaTopics
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    /// <summary>As many as the brokers give a topic of which nobody says how many.</summary>
    private const int AsTheBrokersHaveIt = -1;

    /// <summary>The client blocks.</summary>
    /// <exception cref="BrokerRefusedException">A topic isn't there, and isn't to be made or can't be.</exception>
    /// <exception cref="KafkaException">The brokers don't answer.</exception>
    public static async Task FindAsync(IAdminClient admin, KafkaSettings settings)
    {
        // All topics: to ask for one by name may make it.
        var there = admin.GetMetadata(AnswersWithin).Topics.Select(topic => topic.Topic).ToHashSet();
        if (!there.Contains(settings.Topic))
            await CreateAsync(admin, settings, settings.Topic, $"There is no topic {settings.Topic}. Make it, or set Create to true.");
        if (!there.Contains(settings.DeadLetter))
        {
            await CreateAsync(
                admin,
                settings,
                settings.DeadLetter,
                $"There is no topic {settings.DeadLetter} for the dead letters. Make it, set DeadLetter to one that is there, or set Create to true.");
        }
    }

    private static async Task CreateAsync(IAdminClient admin, KafkaSettings settings, string topic, string otherwise)
    {
        if (!settings.Create)
            throw new BrokerRefusedException(otherwise);
        var wanted = new TopicSpecification { Name = topic, NumPartitions = AsTheBrokersHaveIt, ReplicationFactor = AsTheBrokersHaveIt };
        try
        {
            await admin.CreateTopicsAsync([wanted], new CreateTopicsOptions { RequestTimeout = AnswersWithin, OperationTimeout = AnswersWithin });
        }
        catch (CreateTopicsException fault) when (fault.Results.TrueForAll(result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another node has made it meanwhile.
        }
        catch (KafkaException fault)
        {
            var reason = (fault as CreateTopicsException)?.Results.Find(result => result.Error.IsError)?.Error.Reason ?? fault.Error.Reason;
            throw new BrokerRefusedException($"The topic {topic} can't be made: {reason}", fault);
        }
    }
}
