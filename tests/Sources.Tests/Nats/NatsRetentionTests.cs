using GpuCredit.Host.Sources.Nats;
using NATS.Client.JetStream.Models;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Nats;

/// <summary>A stream that may drop what wasn't read is read, and warned of.</summary>
public sealed class NatsRetentionTests : OnNats
{
    public static TheoryData<string?, StreamConfig> Streams => new()
    {
        { null, Stream() },
        { null, Stream(config => config.MaxMsgs = config.MaxBytes = config.MaxMsgsPerSubject = 0) },
        { null, Stream(config => (config.MaxMsgs, config.MaxBytes, config.Discard) = (5, 6, StreamConfigDiscard.New)) },
        { null, Stream(config => (config.MaxMsgsPerSubject, config.Discard, config.DiscardNewPerSubject) = (7, StreamConfigDiscard.New, true)) },
        { "storage memory", Stream(config => config.Storage = StreamConfigStorage.Memory) },
        { "MaxAge 90 s", Stream(config => (config.MaxAge, config.Discard) = (TimeSpan.FromSeconds(90), StreamConfigDiscard.New)) },
        { "MaxMsgs 5", Stream(config => config.MaxMsgs = 5) },
        { "MaxBytes 6", Stream(config => config.MaxBytes = 6) },
        { "MaxMsgsPerSubject 7", Stream(config => (config.MaxMsgsPerSubject, config.Discard) = (7, StreamConfigDiscard.New)) },
        { "storage memory, MaxMsgs 5, MaxMsgsPerSubject 7", Stream(config => (config.Storage, config.MaxMsgs, config.MaxMsgsPerSubject) = (StreamConfigStorage.Memory, 5, 7)) },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_warning_names_each_way_a_message_may_go(string? why, StreamConfig stream) => Assert.Equal(
        why is null
            ? null
            : $"The server may drop messages of the stream usage before they are read, since it has {why}. A stream that keeps them is stored in files and has no MaxAge, and no other limit or Discard new.",
        NatsRetention.Warning(stream));

    [NatsFact]
    public async Task A_stream_that_somebody_else_made_to_drop_messages_is_read_and_warned_of()
    {
        await Broker.JetStream().CreateStreamAsync(new StreamConfig(NatsServer.Stream, [NatsServer.Subject])
        {
            Storage = StreamConfigStorage.Memory,
            MaxMsgs = 5,
            Discard = StreamConfigDiscard.Old,
        });
        await using var source = LocalSource.Start(Broker, Accounts);
        await source.IsAsync("running");
        Assert.Contains("since it has storage memory, MaxMsgs 5.", source.Now.Warning, StringComparison.Ordinal);
    }

    [NatsFact]
    public async Task Of_a_stream_that_the_source_made_there_is_no_warning_nor_when_it_is_found_again()
    {
        for (var start = 0; start < 2; start++)
        {
            await using var source = LocalSource.Start(Broker, Accounts);
            await source.IsAsync("running");
            Assert.Null(source.Now.Warning);
        }
    }

    /// <summary>As a server tells of one that has no limits, but for the change.</summary>
    private static StreamConfig Stream(Action<StreamConfig>? change = null)
    {
        var config = new StreamConfig("usage", ["usage.>"]) { MaxMsgs = -1, MaxBytes = -1, MaxMsgsPerSubject = -1 };
        change?.Invoke(config);
        return config;
    }
}
