using System.Text;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.RabbitMq;

/// <summary>A rabbitmq-server of its own that is short of memory: it reads nothing from a connection that publishes.</summary>
public sealed class RabbitMqAlarmTests(RabbitMqFixture fixture) : IClassFixture<RabbitMqFixture>
{
    private const int Good = 100;
    private const int Bad = 10;

    private readonly FakeAccounts _accounts = new();

    [RabbitMqFact]
    public async Task While_no_letter_is_taken_good_messages_are_acknowledged_and_bad_ones_wait()
    {
        await using var source = LocalSource.Start(fixture.Server, _accounts, "BatchMessages=10");
        await source.IsAsync("running");
        source.Pause();
        await source.IsAsync("paused");
        await fixture.Server.PublishAsync([.. Enumerable.Range(0, Good + Bad).Select(i => Encoding.UTF8.GetBytes(i % 11 == 0 ? $"no JSON {i}" : Usage(i)))]);
        await fixture.Server.ControlAsync("set_vm_memory_high_watermark", "0");
        source.Resume();

        // The letter by which a connection is found to publish is still taken.
        await source.TrueAsync(
            now => now is { Recorded: Good, State: "waiting" } && now.LastError!.Detail.Contains("the broker takes no messages now", StringComparison.Ordinal),
            "the good ones are stored, and letters are tried again");
        Assert.InRange(source.Now.InFlight, 1, Bad);
        await Eventually.TrueAsync(
            async () => await HeldAsync() is > 0 and <= Bad, TimeSpan.FromSeconds(60), () => "the broker has read the acknowledgements of the good ones");

        await fixture.Server.ControlAsync("set_vm_memory_high_watermark", "0.4");

        await source.TrueAsync(now => now is { DeadLetters: Bad, InFlight: 0, State: "running" }, "the letters are stored");
        var letters = await fixture.Server.DeadLettersAsync();
        Assert.Equal(Bad, letters.Select(letter => Encoding.UTF8.GetString(letter.Body)).Distinct().Count());
    }

    /// <summary>How many messages the queue has, ready or unacknowledged.</summary>
    private async Task<int> HeldAsync() =>
        int.Parse((await fixture.Server.ControlAsync("list_queues", "--no-table-headers", "name", "messages")).Split('\n').Select(line => line.Split('\t')).Single(line => line[0] == RabbitMqServer.Queue)[1]);

    private static string Usage(int id) => $$"""{"accountId":"a","usageId":"u{{id}}","amount":1,"timestamp":1}""";
}
