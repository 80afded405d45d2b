using System.Text;
using Confluent.Kafka;
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
        await source.TrueAsync(now => now is { State: "disconnected", Lag: null }, "it says so, and no old number");
        await _broker.StartAgainAsync();
        await _broker.PublishAsync([Usage("after")]);

        // The first may come a second time, when the brokers went before its commit.
        await source.TrueAsync(now => now is { State: "running", Lag: 0, InFlight: 0 } && _accounts.Calls.Any(ids => ids.Contains("after")), "it goes on");
        await Eventually.TrueAsync(async () => await _broker.LeftAsync() == 0, TimeSpan.FromSeconds(30), () => "all is committed");
    }

    /// <summary>The library wants a session to be no longer than what it lets pass between two polls, 300 seconds unless told otherwise.</summary>
    [Theory]
    [InlineData(301)]
    [InlineData(1_800)]
    public async Task A_session_may_be_longer_than_five_minutes(int seconds)
    {
        await using var source = LocalSource.Start(_broker, _accounts, $"SessionTimeoutSeconds={seconds}");
        await _broker.PublishAsync([Usage("one")]);
        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "it is taken");
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_a_failure()
    {
        await using var source = LocalSource.Start(_broker, _accounts, "Topic=elsewhere");
        await source.IsAsync("failed");
        Assert.Equal("There is no topic elsewhere. Make it, or set Create to true.", source.Now.LastError!.Detail);
    }

    [Fact]
    public async Task A_dead_letters_topic_that_is_not_there_is_a_failure()
    {
        await using var source = LocalSource.Start(_broker, _accounts, "DeadLetter=elsewhere");
        await source.IsAsync("failed");
        Assert.Equal("There is no topic elsewhere for the dead letters. Make it, set DeadLetter to one that is there, or set Create to true.", source.Now.LastError!.Detail);
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
        var before = _accounts.Calls.Count;
        await using var next = LocalSource.Start(_broker, _accounts);

        // And some of those behind it again, which its own node would know for duplicates.
        await next.TrueAsync(now => now.Recorded >= 1 && now is { Lag: 0, InFlight: 0 }, "the next to read takes it");
        Assert.Contains(_accounts.Calls.Skip(before), call => call.Contains("stuck"));
    }

    [Fact]
    public async Task A_dead_letter_has_the_bytes_and_headers_of_its_message_and_says_why()
    {
        await using var source = LocalSource.Start(_broker, _accounts);
        await _broker.PublishAsync(Encoding.UTF8.GetBytes("no JSON"), Partition.Any, ("trace", "4711"), (DeadLetter.StatusHeader, "conflict"));
        await source.TrueAsync(now => now.DeadLetters == 1, "it is a dead letter");

        var letter = Assert.Single(await _broker.DeadLettersAsync());
        Assert.Equal("no JSON", Encoding.UTF8.GetString(letter.Body));
        Assert.Equal(("usage", "rejected", "body must be valid JSON"), (letter.Headers[DeadLetter.SourceHeader], letter.Headers[DeadLetter.StatusHeader], letter.Headers[DeadLetter.ReasonHeader]));
        Assert.StartsWith("usage/", letter.Headers[DeadLetter.PositionHeader], StringComparison.Ordinal);
        Assert.Equal("4711", letter.Headers["trace"]);
    }

    [Fact]
    public async Task A_bad_message_as_large_as_a_broker_takes_is_a_dead_letter_and_blocks_nothing()
    {
        await using var source = LocalSource.Start(_broker, _accounts);
        byte[][] large = [Encoding.ASCII.GetBytes(new string('x', 1_000_000)), Encoding.ASCII.GetBytes(new string('x', 1_048_000))];
        foreach (var body in large)
            await _broker.PublishAsync(body, 0);
        await _broker.PublishAsync(Usage("behind"), 0);

        await source.TrueAsync(now => now is { Recorded: 1, DeadLetters: 2, InFlight: 0, Lag: 0 }, "all are settled");
        var letters = (await _broker.DeadLettersAsync()).ToLookup(letter => letter.Headers[DeadLetter.PositionHeader]);
        Assert.Equal(2, letters.Count);
        var whole = Assert.Single(letters, letter => letter.Count() == 1).Single();
        Assert.Equal(large[0], whole.Body);
        Assert.False(whole.Headers.ContainsKey(DeadLetter.PartHeader));
        var parts = Assert.Single(letters, letter => letter.Count() == 2);
        Assert.Equal(large[1], parts.SelectMany(part => part.Body));
        Assert.Equal(["1/2", "2/2"], parts.Select(part => part.Headers[DeadLetter.PartHeader]));
    }

    [Fact]
    public async Task A_dead_letters_topic_that_takes_less_than_most_gets_smaller_parts()
    {
        _accounts.Hold();
        _accounts.Answer("bad", OutcomeStatus.Rejected);
        await using var source = LocalSource.Start(_broker, _accounts);
        byte[] body = [.. Usage("bad"), .. Enumerable.Repeat((byte)' ', 100_000)];
        await _broker.PublishAsync(body, 0);
        await Eventually.TrueAsync(() => _accounts.Calls.Count > 0, "it is taken");
        // Of 1 MiB, 512, 256 and 128 KiB.
        _broker.RefuseToStore(ErrorCode.MsgSizeTooLarge, times: 4);
        _accounts.Release();

        await source.TrueAsync(now => now is { DeadLetters: 1, InFlight: 0 }, "it is a dead letter");
        var letters = await _broker.DeadLettersAsync();
        Assert.Equal(body, letters.SelectMany(letter => letter.Body));
        Assert.Equal(["1/2", "2/2"], letters.Select(letter => letter.Headers[DeadLetter.PartHeader]));
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
