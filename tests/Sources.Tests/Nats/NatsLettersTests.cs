using System.Text;
using NATS.Client.JetStream.Models;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Nats;

/// <summary>The dead letters' stream is deleted while a source runs.</summary>
public sealed class NatsLettersTests : OnNats
{
    private const int Bad = 30;

    [NatsFact]
    public async Task It_is_made_again_once_for_all_letters_that_miss_it()
    {
        await using var source = LocalSource.Start(Broker, Accounts);
        await source.IsAsync("running");
        await using var made = await Broker.Connection.SubscribeCoreAsync<byte[]>("$JS.API.STREAM.CREATE.>");
        await Broker.JetStream().DeleteStreamAsync(NatsServer.DeadLetterStream);

        await Broker.PublishAsync([.. Enumerable.Range(0, Bad).Select(i => Encoding.UTF8.GetBytes($"no JSON {i}"))]);

        await source.TrueAsync(now => now is { DeadLetters: Bad, InFlight: 0, State: "running" }, "all letters are stored");
        Assert.Equal(Bad, (await Broker.DeadLettersAsync()).Select(letter => Encoding.UTF8.GetString(letter.Body)).Distinct().Count());
        // The server answers in the order of asking: what was to come has come.
        await Broker.Connection.PingAsync();
        Assert.True(made.Msgs.TryRead(out _));
        Assert.False(made.Msgs.TryRead(out _));
    }

    [NatsFact]
    public async Task Where_it_is_not_to_be_made_letters_wait_for_it_and_nothing_else_does()
    {
        await Broker.JetStream().CreateStreamAsync(new StreamConfig(NatsServer.Stream, [NatsServer.Subject]));
        await Broker.JetStream().CreateStreamAsync(new StreamConfig(NatsServer.DeadLetterStream, [Broker.DeadLetterSubject]));
        await using var source = LocalSource.Start(Broker, Accounts, "Create=false");
        await source.IsAsync("running");
        await Broker.JetStream().DeleteStreamAsync(NatsServer.DeadLetterStream);
        await Broker.PublishAsync([Encoding.UTF8.GetBytes("no JSON"), Encoding.UTF8.GetBytes("""{"accountId":"a","usageId":"u","amount":1,"timestamp":1}""")]);

        await source.TrueAsync(now => now is { State: "waiting", Recorded: 1, LastError: not null }, "the bad one waits");
        Assert.Equal(
            $"A dead letter couldn't be stored, and is tried again: No stream keeps the dead letters' subject {Broker.DeadLetterSubject}. Make one, or set Create to true.",
            source.Now.LastError!.Detail);
        await Broker.JetStream().CreateStreamAsync(new StreamConfig("elsewhere", [Broker.DeadLetterSubject]));

        await source.TrueAsync(now => now is { DeadLetters: 1, InFlight: 0, State: "running" }, "the letter is stored");
    }
}
