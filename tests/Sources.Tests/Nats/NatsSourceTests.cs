using System.Diagnostics;
using System.Text;
using CreditActors.Ledger;
using GpuCredit.Host.Sources;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Nats;

/// <summary>A source on a real nats-server, with accounts in memory.</summary>
public sealed class NatsSourceTests : OnNats
{
    [NatsFact]
    public async Task A_server_that_is_not_there_is_tried_again_until_it_is()
    {
        await Broker.StopAsync(abruptly: true);
        await using var source = LocalSource.Start(Broker, Accounts);
        await source.IsAsync("disconnected");
        Assert.NotNull(source.Now.LastError);

        await Broker.StartAgainAsync();

        await source.IsAsync("running");
    }

    [NatsFact]
    public async Task A_stream_that_is_not_there_is_a_failure_until_somebody_makes_it()
    {
        await using var source = LocalSource.Start(Broker, Accounts, "Create=false");
        await source.IsAsync("failed");
        Assert.Contains("There is no stream usage.", source.Now.LastError!.Detail, StringComparison.Ordinal);

        await Broker.JetStream().CreateStreamAsync(new StreamConfig(NatsServer.Stream, [NatsServer.Subject]));
        await Broker.JetStream().CreateStreamAsync(new StreamConfig("elsewhere", [Broker.DeadLetterSubject]));

        await source.IsAsync("running");
    }

    [NatsFact]
    public async Task A_bad_message_as_large_as_the_server_takes_is_a_dead_letter_and_blocks_nothing()
    {
        await using var source = LocalSource.Start(Broker, Accounts);
        await source.IsAsync("running");
        var large = Encoding.ASCII.GetBytes(new string('x', 1024 * 1024));
        await Broker.PublishAsync([large, Usage("behind")]);

        await source.TrueAsync(now => now is { Recorded: 1, DeadLetters: 1, InFlight: 0, State: "running" }, "both are settled");
        var letters = await Broker.DeadLettersAsync();
        Assert.Equal(large, letters.SelectMany(letter => letter.Body));
        Assert.Equal(["1/2", "2/2"], letters.Select(letter => letter.Headers[DeadLetter.PartHeader]));
        // The two were published side by side.
        Assert.Matches("^usage/[12]$", Assert.Single(letters.Select(letter => letter.Headers[DeadLetter.PositionHeader]).Distinct()));
    }

    [NatsFact]
    public async Task Dead_letters_never_go_where_the_source_reads()
    {
        await using var source = LocalSource.Start(Broker, Accounts, "DeadLetter=usage.dead");
        await source.IsAsync("failed");
        Assert.Contains("would read its own dead letters", source.Now.LastError!.Detail, StringComparison.Ordinal);
    }

    [NatsFact]
    public async Task A_consumer_that_would_drop_messages_is_refused()
    {
        await Broker.JetStream().CreateStreamAsync(new StreamConfig(NatsServer.Stream, [NatsServer.Subject]));
        await Broker.JetStream().CreateOrUpdateConsumerAsync(NatsServer.Stream, new ConsumerConfig("gpucredit-usage") { MaxDeliver = 5 });
        await using var source = LocalSource.Start(Broker, Accounts);
        await source.IsAsync("failed");
        Assert.Contains("MaxDeliver -1", source.Now.LastError!.Detail, StringComparison.Ordinal);
    }

    [NatsFact]
    public async Task A_consumer_for_another_subject_is_refused()
    {
        await Broker.JetStream().CreateStreamAsync(new StreamConfig(NatsServer.Stream, ["usage.>"]));
        await Broker.JetStream().CreateOrUpdateConsumerAsync(NatsServer.Stream, new ConsumerConfig("gpucredit-usage") { FilterSubject = "usage.old" });
        await using var source = LocalSource.Start(Broker, Accounts, "Subject=usage.new");
        await source.IsAsync("failed");
        Assert.Contains("isn't for the subject usage.new as Subject says but for usage.old", source.Now.LastError!.Detail, StringComparison.Ordinal);
    }

    [NatsFact]
    public async Task A_message_that_waits_for_longer_than_AckWait_is_not_delivered_a_second_time()
    {
        // A busy machine may be late with a sign of life, but hardly by so much.
        var ackWait = TimeSpan.FromSeconds(5);
        Accounts.Answer("slow", OutcomeStatus.Unavailable);
        await using var source = LocalSource.Start(Broker, Accounts, $"AckWaitSeconds={ackWait.TotalSeconds}");
        await source.IsAsync("running");
        await Broker.PublishAsync([Usage("slow")]);

        var waiting = Stopwatch.StartNew();
        await source.TrueAsync(now => now.Retries >= 5 && waiting.Elapsed > 2 * ackWait, "it is tried again and again, for longer than the server waits");
        Assert.Equal((1, 1, "waiting"), (source.Now.Messages, source.Now.InFlight, source.Now.State));
        Accounts.Answer("slow", OutcomeStatus.Recorded);

        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "it is acknowledged");
        await Eventually.TrueAsync(async () => await Broker.LeftAsync() == 0, TimeSpan.FromSeconds(20), () => "the server has forgotten it");
    }

    [NatsFact]
    public async Task What_a_node_had_taken_and_could_not_store_goes_to_another_at_once_when_it_pauses()
    {
        Accounts.Answer("stuck", OutcomeStatus.Unavailable);
        // By itself the server would wait for an hour.
        string[] settings = ["AckWaitSeconds=3600", "DrainSeconds=0"];
        await using var one = LocalSource.Start(Broker, Accounts, settings);
        await one.IsAsync("running");
        await Broker.PublishAsync([Usage("stuck")]);
        await one.IsAsync("waiting");

        one.Pause();
        await one.IsAsync("paused");
        Accounts.Answer("stuck", OutcomeStatus.Recorded);
        await using var other = LocalSource.Start(Broker, Accounts, settings);

        await other.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "the other takes it");
        Assert.Equal(0, one.Now.Recorded);
    }

    [NatsFact]
    public async Task A_paused_source_takes_nothing_and_goes_on_when_it_is_resumed()
    {
        await using var source = LocalSource.Start(Broker, Accounts);
        await source.IsAsync("running");
        source.Pause();
        await source.IsAsync("paused");
        await Broker.PublishAsync([Usage("one")]);
        Assert.Equal(0, source.Now.Messages);

        source.Resume();

        await source.TrueAsync(now => now is { Recorded: 1, State: "running" }, "it is taken");
    }

    [NatsFact]
    public async Task A_dead_letter_has_the_bytes_and_headers_of_its_message_and_says_why()
    {
        await using var source = LocalSource.Start(Broker, Accounts);
        await source.IsAsync("running");
        await Broker.PublishAsync(Encoding.UTF8.GetBytes("no JSON\u0007"), new NatsHeaders { ["trace"] = "4711", ["Nats-Msg-Id"] = "sent", [DeadLetter.StatusHeader] = "conflict" });
        await source.TrueAsync(now => now.DeadLetters == 1, "it is a dead letter");

        var letter = Assert.Single(await Broker.DeadLettersAsync());
        Assert.Equal("no JSON\u0007", Encoding.UTF8.GetString(letter.Body));
        Assert.Equal(("usage", "usage/1", "rejected"), (letter.Headers[DeadLetter.SourceHeader], letter.Headers[DeadLetter.PositionHeader], letter.Headers[DeadLetter.StatusHeader]));
        Assert.Equal("body must be valid JSON", letter.Headers[DeadLetter.ReasonHeader]);
        Assert.Equal("4711", letter.Headers["trace"]);
        // The sender's would make a letter and its message one.
        Assert.StartsWith("usage/usage/1@", letter.Headers["Nats-Msg-Id"], StringComparison.Ordinal);
    }

    [NatsFact]
    public async Task Two_nodes_share_the_work_and_one_takes_over_when_the_other_goes()
    {
        await using var one = LocalSource.Start(Broker, Accounts, "BatchMessages=10");
        await one.IsAsync("running");
        await using (var other = LocalSource.Start(Broker, Accounts, "BatchMessages=10"))
        {
            await other.IsAsync("running");
            await Broker.PublishAsync([.. Enumerable.Range(0, 600).Select(i => Usage($"u{i}"))]);
            await one.TrueAsync(now => now.Recorded + other.Now.Recorded == 600, "all are taken");
            Assert.All([one.Now.Recorded, other.Now.Recorded], taken => Assert.InRange(taken, 1, 599));
        }

        var before = one.Now.Recorded;
        await Broker.PublishAsync([.. Enumerable.Range(600, 100).Select(i => Usage($"u{i}"))]);
        await one.TrueAsync(now => now.Recorded == before + 100, "the one that is left takes all");
    }

    private static byte[] Usage(string id) => Encoding.UTF8.GetBytes($$"""{"accountId":"a","usageId":"{{id}}","amount":1,"timestamp":1}""");
}
