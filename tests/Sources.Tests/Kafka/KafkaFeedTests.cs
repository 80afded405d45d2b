using System.Text;
using GpuCredit.Host.Sources;
using GpuCredit.Host.Sources.Kafka;
using Microsoft.Extensions.Configuration;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Kafka;

/// <summary>What a node holds of a topic on librdkafka's mock cluster, and what it leaves there.</summary>
public sealed class KafkaFeedTests : IAsyncLifetime
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private KafkaCluster _broker = null!;
    private Delivery? _left;

    public async Task InitializeAsync() => _broker = await KafkaCluster.StartAsync();

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task More_than_may_be_held_is_left_at_the_brokers_while_polling_goes_on()
    {
        await PublishAsync([0, 1, 2, 3], each: 100);
        await using var full = await OpenAsync("Prefetch=20");
        await IsAsync(full, polled => polled.IsFull, "it holds as much as it may");

        // Only a node that polls gives some of its partitions to another.
        await using var other = await OpenAsync("Prefetch=20");
        await Eventually.TrueAsync(async () => await other.ReadLagAsync(CancellationToken.None) is not null, Within, () => "the other has partitions");

        Assert.Equal(20, full.Polled.Messages);
    }

    [Fact]
    public async Task Messages_of_more_bytes_than_may_be_held_are_left_at_the_brokers()
    {
        for (var i = 0; i < 20; i++)
            await _broker.PublishAsync(Encoding.ASCII.GetBytes($"{i}".PadRight(100_000)), i % 4);
        await using var feed = await OpenAsync("InFlightBytes=1000000");
        await IsAsync(feed, polled => polled.IsFull, "it holds as much as it may");
        Assert.InRange(feed.Polled.Bytes, 1_000_000, 1_100_000);

        await Eventually.TrueAsync(async () => await TakeAsync(feed) == 20, Within, () => $"the rest comes when there is room: {_taken.Count}");
        Assert.Equal(0, feed.Polled.Bytes);
    }

    [Fact]
    public async Task Partitions_that_were_paused_go_on_after_another_node_came_and_went()
    {
        await PublishAsync([0, 1, 2, 3], each: 50);
        await using var feed = await OpenAsync("Prefetch=20");
        await IsAsync(feed, polled => polled.IsFull, "it holds as much as it may");
        // More than half is left, so that the partitions stay paused.
        await TakeAsync(feed, 5);

        await using (var other = await OpenAsync("Prefetch=20"))
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    await TakeAsync(other);
                    return await other.ReadLagAsync(CancellationToken.None) == 0;
                },
                Within,
                () => "the other has partitions, and takes all that they hold");
        }

        await Eventually.TrueAsync(async () => await TakeAsync(feed) == 200, Within, () => $"the first takes the rest: {_taken.Count}");
    }

    [Fact]
    public async Task A_partition_waits_when_too_much_lies_decided_behind_a_message_that_is_not_and_no_other_does()
    {
        const string Stuck = "0/0";
        await PublishAsync([0, 1], each: 150);
        await using var feed = await OpenAsync("Prefetch=5");
        await Eventually.TrueAsync(
            async () =>
            {
                await TakeAsync(feed, unless: Stuck);
                return Of("0/") >= 50 && Of("1/") == 150;
            },
            Within,
            () => $"all of the other come: {Of("0/")}, {Of("1/")}");
        await PublishAsync([2], each: 150);
        await Eventually.TrueAsync(
            async () =>
            {
                await TakeAsync(feed, unless: Stuck);
                return Of("2/") == 150;
            },
            Within,
            () => $"and of a third: {Of("2/")}");

        // Ten times what may be held, and what was held when that was reached.
        Assert.InRange(Of("0/"), 50, 60);

        await feed.AcknowledgeAsync([_left!], CancellationToken.None);
        await Eventually.TrueAsync(
            async () =>
            {
                await TakeAsync(feed);
                return Of("0/") == 150;
            },
            Within,
            () => $"it goes on: {Of("0/")}");
    }

    [Fact]
    public async Task What_is_still_to_come_is_told_of_all_partitions_or_not_at_all()
    {
        await PublishAsync([0, 1, 2], each: 10);
        await using var feed = await OpenAsync();
        // And one message by which the topic was made.
        await Eventually.TrueAsync(async () => await LagOrNullAsync(feed) == 31, Within, () => "it has its partitions");
        var taken = await feed.TakeAsync(12, CancellationToken.None);
        await feed.AcknowledgeAsync(taken, CancellationToken.None);
        await Eventually.TrueAsync(async () => await LagOrNullAsync(feed) == 31 - taken.Count, Within, () => "what is decided is no more to come");

        // Each question alone would be answered in time, and all of them together are not.
        _broker.Slow(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<IOException>(() => feed.ReadLagAsync(CancellationToken.None));
        _broker.Slow(TimeSpan.Zero);
        await Eventually.TrueAsync(async () => await LagOrNullAsync(feed) == 31 - taken.Count, Within, () => "it is told again");
    }

    private static async Task<long?> LagOrNullAsync(KafkaFeed feed)
    {
        try
        {
            return await feed.ReadLagAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private int Of(string partition) => _taken.Count(body => body.StartsWith(partition, StringComparison.Ordinal));

    private async Task<KafkaFeed> OpenAsync(params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddCommandLine(_broker.Settings(_broker.Port, "usage"))
            .AddCommandLine([.. settings.Select(setting => $"--GpuCredit:Sources:usage:{setting}")])
            .Build();
        return (KafkaFeed)await ConfiguredSource.ReadAll(configuration).Single().Broker.OpenAsync(CancellationToken.None);
    }

    private static Task IsAsync(KafkaFeed feed, Func<(int Messages, long Bytes, bool IsFull), bool> condition, string what) =>
        Eventually.TrueAsync(() => Task.FromResult(condition(feed.Polled)), Within, () => $"{what}: {feed.Polled}");

    /// <summary>Each is its partition and its number there.</summary>
    private async Task PublishAsync(int[] partitions, int each)
    {
        foreach (var partition in partitions)
            await Task.WhenAll(Enumerable.Range(0, each).Select(i => _broker.PublishAsync(Encoding.ASCII.GetBytes($"{partition}/{i}"), partition)));
    }

    /// <summary>Takes what is there and acknowledges it.</summary>
    /// <returns>How many different ones were taken in all.</returns>
    private async Task<int> TakeAsync(KafkaFeed feed, int messagesMax = int.MaxValue, string? unless = null)
    {
        if (feed.Polled.Messages > 0)
        {
            var taken = await feed.TakeAsync(messagesMax, CancellationToken.None);
            foreach (var delivery in taken)
                _taken.Add(Body(delivery));
            _taken.Remove("[]"); // by which the topic was made
            _left = taken.FirstOrDefault(delivery => Body(delivery) == unless) ?? _left;
            await feed.AcknowledgeAsync([.. taken.Where(delivery => Body(delivery) != unless)], CancellationToken.None);
        }

        return _taken.Count;
    }

    private static string Body(Delivery delivery) => Encoding.ASCII.GetString(delivery.Message.Body.Span).TrimEnd();
}
