using Confluent.Kafka;
using GpuCredit.Host.Sources;
using GpuCredit.Host.Sources.Kafka;
using Sources.Tests.Brokers;

namespace Sources.Tests.Kafka;

/// <summary>Settings that do, for tests of parts that a source is made of.</summary>
internal static class SomeKafka
{
    public static KafkaSettings Settings(string servers) => new()
    {
        Common = new()
        {
            Name = "usage",
            Kind = SourceKind.Kafka,
            Address = servers,
            Parallelism = 1,
            Prefetch = 100,
            BatchMessages = 1,
            InFlightBytes = 1_000_000,
            Drain = TimeSpan.Zero,
        },
        Servers = servers,
        Topic = KafkaCluster.Topic,
        Group = "parts",
        Create = false,
        DeadLetter = $"{KafkaCluster.Topic}.dead",
        SessionTimeout = TimeSpan.FromSeconds(6),
        Tls = false,
        CaFile = null,
        Credentials = null,
        Mechanism = SaslMechanism.Plain,
    };
}
