using Confluent.Kafka;
using GpuCredit.Host.Sources;
using GpuCredit.Host.Sources.Kafka;
using Sources.Tests.Brokers;
using Sources.Tests.Hosts;
using Sources.Tests.Running;

namespace Sources.Tests.Kafka;

/// <summary>A feed whose parts can't all be made leaves none of them behind: it is opened again and again.</summary>
/// <remarks>By itself: the library counts the threads of all its clients in the process.</remarks>
[Collection(ByThemselves.Collection)]
public sealed class KafkaOpeningTests
{
    [Fact]
    public async Task What_was_made_before_a_part_that_cannot_be_is_closed()
    {
        await using var broker = await KafkaCluster.StartAsync();
        var before = KafkaCluster.LibraryThreads();

        for (var tries = 0; tries < 3; tries++)
            Assert.ThrowsAny<Exception>(() => new KafkaFeed(Settings(broker.Servers, sessionTimeout: TimeSpan.FromHours(2))));

        await Eventually.TrueAsync(() => KafkaCluster.LibraryThreads() <= before, $"{before} threads are left");
    }

    /// <summary>The client takes no session of more than an hour.</summary>
    private static KafkaSettings Settings(string servers, TimeSpan sessionTimeout) => new()
    {
        Common = new()
        {
            Name = "usage",
            Kind = SourceKind.Kafka,
            Address = servers,
            Parallelism = 1,
            Prefetch = 1,
            BatchMessages = 1,
            InFlightBytes = 1_000,
            Drain = TimeSpan.Zero,
        },
        Servers = servers,
        Topic = KafkaCluster.Topic,
        Group = "opening",
        DeadLetter = $"{KafkaCluster.Topic}.dead",
        SessionTimeout = sessionTimeout,
        Tls = false,
        CaFile = null,
        Credentials = null,
        Mechanism = SaslMechanism.Plain,
    };
}
