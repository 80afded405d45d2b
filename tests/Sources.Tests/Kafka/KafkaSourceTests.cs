using System.Text;
using CreditActors.Ledger;
using GpuCredit.Host.Sources;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.Kafka;

/// <summary>A source on librdkafka's mock cluster, with accounts in memory.</summary>
public sealed class KafkaSourceTests : IAsyncLifetime
{
    private readonly FakeAccounts _accounts = new();
    private KafkaCluster _broker = null!;

    public async Task InitializeAsync() => _broker = await KafkaCluster.StartAsync();

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task A_source_goes_on_after_the_brokers_were_down()
    {
        await using var source = LocalSource.Start(_broker, _accounts);
        await _broker.PublishAsync([Usage("before")]);
        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "it is taken");

        await _broker.StopAsync(abruptly: true);
        await source.IsAsync("disconnected");
        await _broker.StartAgainAsync();
        await _broker.PublishAsync([Usage("after")]);

        await source.TrueAsync(now => now is { Recorded: 2, State: "running", Lag: 0 }, "it goes on");
        await Eventually.TrueAsync(async () => await _broker.LeftAsync() == 0, TimeSpan.FromSeconds(30), () => "all is committed");
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_a_failure()
    {
        await using var source = LocalSource.Start(_broker, _accounts, "Topic=elsewhere");
        await source.IsAsync("failed");
        Assert.Equal("There is no topic elsewhere.", source.Now.LastError!.Detail);
    }

    [Fact]
    public async Task Nothing_behind_a_message_that_waits_is_committed()
    {
        await using (var source = LocalSource.Start(_broker, _accounts, "DrainSeconds=0"))
        {
            await source.TrueAsync(now => now.Lag == 0, "it has its partitions");
            _accounts.Answer("stuck", OutcomeStatus.Unavailable);
            await _broker.PublishAsync([Usage("stuck")]);
            await source.IsAsync("waiting");
            await _broker.PublishAsync([.. Enumerable.Range(0, 50).Select(i => Usage($"u{i}"))]);
            await source.TrueAsync(now => now.Recorded == 50, "those behind it are stored");
        }

        _accounts.Answer("stuck", OutcomeStatus.Recorded);
        await using var next = LocalSource.Start(_broker, _accounts);

        // And some of those behind it again, which its own node would know for duplicates.
        await next.TrueAsync(now => now.Recorded >= 1 && now is { Lag: 0, InFlight: 0 }, "the next to read takes it");
        Assert.Contains(_accounts.Calls.Last(call => call.Contains("stuck")), id => id == "stuck");
    }

    [Fact]
    public async Task A_dead_letter_has_the_bytes_and_headers_of_its_message_and_says_why()
    {
        await using var source = LocalSource.Start(_broker, _accounts);
        await _broker.PublishAsync([Encoding.UTF8.GetBytes("no JSON")]);
        await source.TrueAsync(now => now.DeadLetters == 1, "it is a dead letter");

        var letter = Assert.Single(await _broker.DeadLettersAsync());
        Assert.Equal("no JSON", Encoding.UTF8.GetString(letter.Body));
        Assert.Equal(("usage", "rejected", "body must be valid JSON"), (letter.Headers[DeadLetter.SourceHeader], letter.Headers[DeadLetter.StatusHeader], letter.Headers[DeadLetter.ReasonHeader]));
        Assert.StartsWith("usage/", letter.Headers[DeadLetter.PositionHeader], StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_may_be_held_is_left_at_the_brokers_while_polling_goes_on()
    {
        _accounts.Hold();
        await using var source = LocalSource.Start(_broker, _accounts, "Prefetch=20", "BatchMessages=10", "Parallelism=1");
        await _broker.PublishAsync([.. Enumerable.Range(0, 500).Select(i => Usage($"u{i}"))]);
        await source.TrueAsync(now => now is { InFlight: 10, Lag: > 400 }, "one batch is under way");
        _accounts.Release();

        await source.TrueAsync(now => now is { Recorded: 500, Lag: 0, InFlight: 0 }, "all are taken in the end");
        Assert.Equal(500, source.Now.Recorded);
    }

    [Fact]
    public async Task Two_nodes_share_the_partitions_and_one_takes_over_when_the_other_goes()
    {
        await using var one = LocalSource.Start(_broker, _accounts);
        await one.TrueAsync(now => now.Lag == 0, "it has partitions");
        await using (var other = LocalSource.Start(_broker, _accounts))
        {
            await other.TrueAsync(now => now.Lag is not null, "the other has partitions too");
            var sent = 0;
            // Which partition a message goes to is the sender's choice; some go to each.
            await Eventually.TrueAsync(
                async () =>
                {
                    await _broker.PublishAsync([.. Enumerable.Range(sent, 50).Select(i => Usage($"u{i}"))]);
                    sent += 50;
                    return one.Now.Recorded > 0 && other.Now.Recorded > 0;
                },
                TimeSpan.FromSeconds(30),
                () => $"both work: {one.Now} {other.Now}");
            await one.TrueAsync(now => now.Recorded + other.Now.Recorded >= sent, "all are taken");
        }

        var before = one.Now.Recorded;
        await _broker.PublishAsync([.. Enumerable.Range(0, 200).Select(i => Usage($"v{i}"))]);
        await one.TrueAsync(now => now.Recorded >= before + 200, "the one that is left takes all");
    }

    private static byte[] Usage(string id) => Encoding.UTF8.GetBytes($$"""{"accountId":"a","usageId":"{{id}}","amount":1,"timestamp":1}""");
}
