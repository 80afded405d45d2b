using System.Text;
using CreditActors.Ledger;
using GpuCredit.Host.Sources;
using RabbitMQ.Client;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.RabbitMq;

/// <summary>A source on a real rabbitmq-server, with accounts in memory.</summary>
public sealed class RabbitMqSourceTests(RabbitMqFixture fixture) : IClassFixture<RabbitMqFixture>
{
    private readonly FakeAccounts _accounts = new();

    [RabbitMqFact]
    public async Task A_queue_that_is_not_there_is_a_failure_until_somebody_makes_it()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "Queue=absent", "Create=false", "DeadLetterExchange=amq.direct");
        await source.IsAsync("failed");
        Assert.Contains("no queue 'absent'", source.Now.LastError!.Detail, StringComparison.Ordinal);

        await using var connection = await fixture.Server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("absent", durable: true, exclusive: false, autoDelete: false);

        await source.IsAsync("running");
    }

    [RabbitMqTheory]
    [InlineData("bounded", "quorum", "x-max-length", 1_000)]
    [InlineData("lettering", "quorum", "x-dead-letter-exchange", "amq.fanout")]
    [InlineData("classical", "classic", "x-message-ttl", 600_000)]
    public async Task With_Create_a_queue_that_is_there_is_read_as_it_is_and_only_an_absent_one_made(string queue, string type, string argument, object value)
    {
        await using var connection = await fixture.Server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = type, [argument] = value });
        await using var source = LocalSource.Start(fixture.Server, _accounts, $"Queue={queue}");
        await source.IsAsync("running");
        await fixture.Server.PublishAsync(queue, [Usage("good"), Encoding.UTF8.GetBytes("no JSON")]);

        await source.TrueAsync(now => now is { Recorded: 1, DeadLetters: 1, InFlight: 0 }, "both are settled");
        Assert.Single(await fixture.Server.DeadLettersAsync(queue));
    }

    [RabbitMqFact]
    public async Task A_wrong_password_is_a_failure_and_is_not_shown()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "Username=guest", "Password=not-the-one");
        await source.IsAsync("failed");
        Assert.DoesNotContain("not-the-one", source.Now.ToString(), StringComparison.Ordinal);
    }

    [RabbitMqFact]
    public async Task Over_TLS_a_server_is_read_whose_certificate_the_named_authority_has_signed_and_no_other()
    {
        string[] tls = [$"Address=amqps://127.0.0.1:{fixture.Server.TlsPort}", "Queue=tls"];
        await using (var source = LocalSource.Start(fixture.Server, _accounts, [.. tls, $"CaFile={fixture.Server.CaFile}"]))
        {
            await source.IsAsync("running");
            await fixture.Server.PublishAsync("tls", [Usage("safe")]);
            await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "it is stored");
        }

        await using var untrusting = LocalSource.Start(fixture.Server, _accounts, tls);
        await untrusting.IsAsync("disconnected");
        Assert.Contains("certificate", untrusting.Now.LastError!.Detail, StringComparison.OrdinalIgnoreCase);
    }

    [RabbitMqFact]
    public async Task A_dead_letter_has_the_bytes_and_properties_of_its_message_and_says_why()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "Queue=letters");
        await source.IsAsync("running");
        var sent = new BasicProperties { ContentType = "text/plain", Headers = new Dictionary<string, object?> { ["trace"] = "4711", [DeadLetter.StatusHeader] = "conflict" } };
        await fixture.Server.PublishAsync("letters", Encoding.UTF8.GetBytes("no JSON"), sent);
        await source.TrueAsync(now => now is { DeadLetters: 1, InFlight: 0 }, "it is a dead letter");

        var letter = Assert.Single(await fixture.Server.DeadLettersAsync("letters"));
        Assert.Equal("no JSON", Encoding.UTF8.GetString(letter.Body));
        Assert.Equal(("usage", "rejected", "body must be valid JSON"), (letter.Headers[DeadLetter.SourceHeader], letter.Headers[DeadLetter.StatusHeader], letter.Headers[DeadLetter.ReasonHeader]));
        Assert.StartsWith("letters/sha256:", letter.Headers[DeadLetter.PositionHeader], StringComparison.Ordinal);
        Assert.Equal(("text/plain", "4711"), (letter.ContentType, letter.Headers["trace"]));
    }

    [RabbitMqFact]
    public async Task A_dead_letter_goes_nowhere_but_to_its_place_wherever_its_message_went()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "Queue=copied");
        await source.IsAsync("running");
        List<object?> copies = ["copied"];
        var sent = new BasicProperties { Headers = new Dictionary<string, object?> { ["CC"] = copies, ["BCC"] = copies, ["cc"] = "someone" } };
        await fixture.Server.PublishAsync("copied", Encoding.UTF8.GetBytes("no JSON"), sent);
        await source.TrueAsync(now => now is { DeadLetters: > 0, InFlight: 0 }, "it is a dead letter");
        await fixture.Server.PublishAsync("copied", [Usage("behind")]);
        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "what is behind it is taken");

        // A letter in the queue would have come before that.
        Assert.Equal(2, source.Now.Messages);
        Assert.Equal("someone", Assert.Single(await fixture.Server.DeadLettersAsync("copied")).Headers["cc"]);
    }

    [RabbitMqFact]
    public async Task A_bad_message_with_headers_of_nearly_a_frame_is_a_dead_letter_without_them()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "Queue=headers");
        await source.IsAsync("running");
        // With those of a letter they would be more than a frame, and the broker would close the connection.
        var sent = new BasicProperties { Headers = new Dictionary<string, object?> { ["own"] = new string('h', (128 * 1024) - 200) } };
        await fixture.Server.PublishAsync("headers", Encoding.UTF8.GetBytes("no JSON"), sent);

        await source.TrueAsync(now => now is { DeadLetters: 1, InFlight: 0 }, "it is a dead letter");
        var letter = Assert.Single(await fixture.Server.DeadLettersAsync("headers"));
        Assert.False(letter.Headers.ContainsKey("own"));
        Assert.Equal("rejected", letter.Headers[DeadLetter.StatusHeader]);
    }

    [RabbitMqFact]
    public async Task A_letter_that_no_queue_takes_is_not_gone_and_its_message_not_acknowledged()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "Queue=unrouted", "DeadLetter=nowhere", "DeadLetterExchange=amq.direct");
        await source.IsAsync("running");
        await fixture.Server.PublishAsync("unrouted", [Encoding.UTF8.GetBytes("no JSON")]);
        await source.IsAsync("waiting");
        Assert.Equal((1, 0), (source.Now.InFlight, source.Now.DeadLetters));

        await using var connection = await fixture.Server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("at-last", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("at-last", "amq.direct", "nowhere");

        await source.TrueAsync(now => now is { DeadLetters: 1, InFlight: 0 }, "it is stored");
        Assert.NotNull(await channel.BasicGetAsync("at-last", autoAck: true));
    }

    [RabbitMqFact]
    public async Task What_a_paused_node_had_fetched_goes_to_another()
    {
        _accounts.Answer("stuck", OutcomeStatus.Unavailable);
        await using var one = LocalSource.Start(fixture.Server, _accounts, "Queue=shared", "DrainSeconds=0");
        await one.IsAsync("running");
        await fixture.Server.PublishAsync("shared", [Usage("stuck")]);
        await one.IsAsync("waiting");

        one.Pause();
        await one.IsAsync("paused");
        _accounts.Answer("stuck", OutcomeStatus.Recorded);
        await using var other = LocalSource.Start(fixture.Server, _accounts, "Queue=shared");

        await other.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "the other takes it");
        Assert.Equal(0, one.Now.Recorded);
    }

    [RabbitMqFact]
    public async Task Two_nodes_share_the_work()
    {
        await using var one = LocalSource.Start(fixture.Server, _accounts, "Queue=both", "Prefetch=20");
        await using var other = LocalSource.Start(fixture.Server, _accounts, "Queue=both", "Prefetch=20");
        await one.IsAsync("running");
        await other.IsAsync("running");
        await fixture.Server.PublishAsync("both", [.. Enumerable.Range(0, 500).Select(i => Usage($"u{i}"))]);

        await one.TrueAsync(now => now.Recorded + other.Now.Recorded == 500, "all are taken");
        Assert.All([one.Now.Recorded, other.Now.Recorded], taken => Assert.InRange(taken, 1, 499));
    }

    private static byte[] Usage(string id) => Encoding.UTF8.GetBytes($$"""{"accountId":"a","usageId":"{{id}}","amount":1,"timestamp":1}""");
}
