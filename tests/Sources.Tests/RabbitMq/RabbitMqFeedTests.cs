using System.Text;
using GpuCredit.Host.Sources;
using GpuCredit.Host.Sources.RabbitMq;
using Microsoft.Extensions.Configuration;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.RabbitMq;

/// <summary>What a node holds of a queue of large messages on a real rabbitmq-server, and what it leaves there.</summary>
public sealed class RabbitMqFeedTests(RabbitMqFixture fixture, ITestOutputHelper output) : IClassFixture<RabbitMqFixture>
{
    private const int Mebibyte = 1024 * 1024;
    private const int Large = 60;

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    [RabbitMqFact]
    public async Task Messages_of_more_bytes_than_may_be_held_are_left_at_the_broker()
    {
        await using var feed = await OpenAsync("large");
        await PublishAsync("large", 0, Large, Mebibyte);

        await HoldsAsync("large", 4);
        await DrainAsync(feed, Large);
        Assert.Equal((0, 0L), feed.Held);
        await LeavesAsync("large", ready: 0, held: 0);
    }

    [RabbitMqFact]
    public async Task Large_ones_after_many_small_ones_are_left_there_too_and_small_ones_behind_them_come()
    {
        await using var feed = await OpenAsync("mixed");
        await PublishAsync("mixed", 0, 5_000, 10);
        await PublishAsync("mixed", 5_000, Large, Mebibyte);
        await PublishAsync("mixed", 5_000 + Large, 1_000, 10);

        await DrainAsync(feed, 6_000 + Large);
        await LeavesAsync("mixed", ready: 0, held: 0);
    }

    [RabbitMqFact]
    public async Task While_the_store_is_away_large_messages_stay_at_the_broker_and_all_are_stored_when_it_is_back()
    {
        var accounts = new FakeAccounts();
        accounts.Hold();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var source = LocalSource.Start(fixture.Server, accounts, "Queue=away", $"InFlightBytes={4 * Mebibyte}");
        await source.IsAsync("running");
        for (var i = 0; i < Large; i++)
            await fixture.Server.PublishAsync("away", [Encoding.UTF8.GetBytes($$"""{"accountId":"a","usageId":"u{{i}}","amount":1,"timestamp":1}""".PadRight(Mebibyte))]);

        await HoldsAsync("away", 4);
        output.WriteLine($"{Large} messages of 1 MiB wait; the process holds {(GC.GetTotalMemory(forceFullCollection: true) - before) / Mebibyte} MiB more than before");
        accounts.Release();

        await source.TrueAsync(now => now is { Recorded: Large, InFlight: 0 }, "all are stored");
        await LeavesAsync("away", ready: 0, held: 0);
    }

    [RabbitMqFact]
    public async Task A_queue_that_is_deleted_ends_the_feed()
    {
        await using var feed = await OpenAsync("deleted");
        await using var connection = await fixture.Server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync("deleted", ifUnused: false, ifEmpty: false);
        await Eventually.TrueAsync(() => feed.Lost.IsCancellationRequested, "it is lost");
    }

    private async Task<RabbitMqFeed> OpenAsync(string queue)
    {
        var configuration = new ConfigurationBuilder()
            .AddCommandLine(fixture.Server.Settings(fixture.Server.Port, "usage"))
            .AddCommandLine([$"--GpuCredit:Sources:usage:Queue={queue}", $"--GpuCredit:Sources:usage:InFlightBytes={4 * Mebibyte}"])
            .Build();
        return (RabbitMqFeed)await ConfiguredSource.ReadAll(configuration).Single().Broker.OpenAsync(CancellationToken.None);
    }

    private async Task PublishAsync(string queue, int from, int count, int size)
    {
        foreach (var numbers in Enumerable.Range(from, count).Chunk(Math.Max(1, Mebibyte / size)))
            await fixture.Server.PublishAsync(queue, [.. numbers.Select(number => Encoding.ASCII.GetBytes($"{number}".PadRight(size)))]);
    }

    /// <summary>Takes and acknowledges, looking all the while at how much is held.</summary>
    private async Task DrainAsync(RabbitMqFeed feed, int messages)
    {
        using var limit = new CancellationTokenSource(Within);
        while (_taken.Count < messages)
        {
            var taken = await feed.TakeAsync(3, limit.Token);
            Assert.InRange(feed.Held.Bytes, 0, (5 * Mebibyte) - 1);
            foreach (var delivery in taken)
                _taken.Add(Encoding.ASCII.GetString(delivery.Message.Body.Span).TrimEnd());
            await feed.AcknowledgeAsync(taken, CancellationToken.None);
        }
    }

    /// <summary>By the broker's own account: so many and no more, of all the large ones.</summary>
    private Task HoldsAsync(string queue, int messages) => LeavesAsync(queue, Large - messages, messages);

    private async Task LeavesAsync(string queue, int ready, int held)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () => (seen = await StateAsync(queue)) == $"{ready}\t{held}", Within, () => $"{ready} are ready and {held} held, and it is {seen}");
    }

    private async Task<string> StateAsync(string queue) =>
        (await fixture.Server.ControlAsync("list_queues", "--no-table-headers", "name", "messages_ready", "messages_unacknowledged"))
            .Split('\n').Single(line => line.StartsWith($"{queue}\t", StringComparison.Ordinal))[(queue.Length + 1)..];
}
