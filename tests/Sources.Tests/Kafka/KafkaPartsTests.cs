using Confluent.Kafka;
using GpuCredit.Host.Sources.Kafka;
using Sources.Tests.Brokers;
using Sources.Tests.Hosts;
using Sources.Tests.Running;

namespace Sources.Tests.Kafka;

/// <summary>A feed is opened for ever: whatever fails in it, none of its parts is left behind.</summary>
/// <remarks>By themselves: the library counts the threads of all its clients in the process.</remarks>
[Collection(ByThemselves.Collection)]
public sealed class KafkaPartsTests : IAsyncLifetime
{
    private KafkaCluster _broker = null!;
    private int _threadsBefore;

    public async Task InitializeAsync()
    {
        _broker = await KafkaCluster.StartAsync();
        _threadsBefore = KafkaCluster.LibraryThreads();
    }

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task What_was_made_before_a_part_that_cannot_be_is_closed()
    {
        // The client takes no session of more than an hour.
        for (var tries = 0; tries < 3; tries++)
            Assert.ThrowsAny<Exception>(() => KafkaFeed.Open(Settings(sessionTimeout: TimeSpan.FromHours(2))));

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Why_a_feed_cannot_be_opened_is_told_and_all_parts_are_closed_also_when_one_fails_at_it()
    {
        for (var tries = 0; tries < 3; tries++)
        {
            var fault = Assert.Throws<InvalidOperationException>(() => KafkaFeed.Open(
                Settings(sessionTimeout: TimeSpan.FromSeconds(6)),
                (settings, held, health) => FaultyConsumer.Around(
                    KafkaConsumer.Build(settings, held, health),
                    ("Subscribe", new InvalidOperationException("it can't be read")),
                    ("Dispose", new InvalidOperationException("it can't be closed")))));
            Assert.Equal("it can't be read", fault.Message);
        }

        await NothingIsLeftAsync();
    }

    public static TheoryData<Exception> Faults =>
    [
        new InvalidOperationException("it has a fault"),
        new KafkaException(new Error(ErrorCode.Local_State, "it has a fault")),
        new ConsumeException(new ConsumeResult<byte[], byte[]>(), new Error(ErrorCode.TopicAuthorizationFailed, "it has a fault")),
    ];

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task A_fault_of_polling_is_told_and_ends_the_feed(Exception fault)
    {
        await using var feed = Open("Consume", fault);

        await Eventually.TrueAsync(() => feed.Lost.IsCancellationRequested, "it is lost");
        Assert.Equal("Polling failed: it has a fault", feed.LostBecause);
        Assert.False(feed.IsConnected);
        Assert.Empty(await feed.TakeAsync(1, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Every_part_of_a_feed_is_closed_also_when_the_one_before_it_fails()
    {
        var feeds = Enumerable.Range(0, 3).Select(_ => Open("Close", new InvalidOperationException())).ToList();
        foreach (var feed in feeds)
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await feed.DisposeAsync());

        await NothingIsLeftAsync();
        // Or their finalizers would close what they have left open.
        GC.KeepAlive(feeds);
    }

    private KafkaFeed Open(string faulty, Exception fault)
    {
        var settings = Settings(sessionTimeout: TimeSpan.FromSeconds(6));
        var (health, held) = (new KafkaHealth(), new HeldPartitions(messagesMax: 100, bytesMax: 1_000_000));
        return new(settings.Topic, health, held, new KafkaLetters(settings, health.Hear), FaultyConsumer.Around(KafkaConsumer.Build(settings, held, health), (faulty, fault)));
    }

    private Task NothingIsLeftAsync() =>
        Eventually.TrueAsync(() => KafkaCluster.LibraryThreads() <= _threadsBefore, $"no more than {_threadsBefore} threads are left");

    private KafkaSettings Settings(TimeSpan sessionTimeout) => SomeKafka.Settings(_broker.Servers) with { SessionTimeout = sessionTimeout };
}
