using System.Text;
using GpuCredit.Host.Sources.RabbitMq;
using Sources.Tests.Brokers;
using Sources.Tests.Pipeline;
using Sources.Tests.Running;

namespace Sources.Tests.RabbitMq;

/// <summary>A RabbitMQ 4 gives up a message that has come back too often, unless it is told not to: a source tells it, or its operators.</summary>
public sealed class RabbitMqDeliveryLimitTests(RabbitMqFixture fixture) : IClassFixture<RabbitMqFixture>
{
    private readonly FakeAccounts _accounts = new();

    public static TheoryData<object?, string?> Versions => new()
    {
        { "3.10.8"u8.ToArray(), null },
        { "3.13.7-rc.1"u8.ToArray(), null },
        { "2.4.0", null },
        { "4.0.0"u8.ToArray(), "4.0.0" },
        { "4.1.0-beta.2"u8.ToArray(), "4.1.0-beta.2" },
        { "10.0.0", "10.0.0" },
        { "four"u8.ToArray(), "four" },
        { ""u8.ToArray(), "of an unknown version" },
        { 4, "of an unknown version" },
        { null, "of an unknown version" },
    };

    [Theory]
    [MemberData(nameof(Versions))]
    public void From_version_4_on_there_is_a_limit_and_a_version_that_nobody_can_read_may_have_one(object? said, string? version) =>
        Assert.Equal(version, RabbitMqDeliveryLimit.VersionWithLimit(new Dictionary<string, object?> { ["version"] = said }));

    [Fact]
    public void A_broker_that_says_nothing_of_itself_may_have_one_too()
    {
        Assert.NotNull(RabbitMqDeliveryLimit.VersionWithLimit(null));
        Assert.NotNull(RabbitMqDeliveryLimit.VersionWithLimit(new Dictionary<string, object?>()));
    }

    [Fact]
    public void A_warning_names_the_queues_and_the_policy_that_lifts_it() => Assert.Equal(
        "RabbitMQ 4.0.1 gives up a message of a quorum queue that has come back 20 times, and of usage and usage.dead it isn't known that this is lifted. "
        + @"Unless a policy does so already, set one: rabbitmqctl set_policy -p 'gpu' gpucredit '^(usage|usage\.dead)$' '{""delivery-limit"":-1}' --apply-to quorum_queues",
        RabbitMqDeliveryLimit.Warning("4.0.1", "gpu", ["usage", "usage.dead"]));

    [RabbitMqFact]
    public async Task Queues_that_are_made_on_a_4_have_no_limit_also_when_they_are_looked_for_again()
    {
        await using var four = AsRabbitMqFour.Before(fixture.Server);
        for (var start = 0; start < 2; start++)
        {
            await using var source = Start(four.Port, "Queue=made");
            await source.IsAsync("running");
            Assert.Null(source.Now.Warning);
        }

        foreach (var queue in new[] { "made", "made.dead" })
            Assert.Contains($"{AsRabbitMqFour.StandsForNone}", await ArgumentsAsync(queue), StringComparison.Ordinal);
    }

    [RabbitMqFact]
    public async Task On_a_3_which_refuses_that_they_are_made_as_ever()
    {
        await using var source = Start(fixture.Server.Port, "Queue=older");
        await source.IsAsync("running");
        Assert.Null(source.Now.Warning);
        Assert.DoesNotContain("x-delivery-limit", await ArgumentsAsync("older"), StringComparison.Ordinal);
    }

    [RabbitMqFact]
    public async Task Queues_of_before_an_upgrade_are_read_and_warned_of()
    {
        await using (var before = Start(fixture.Server.Port, "Queue=upgraded"))
            await before.IsAsync("running");
        await using var four = AsRabbitMqFour.Before(fixture.Server);
        await using var source = Start(four.Port, "Queue=upgraded");
        await source.IsAsync("running");
        Assert.Contains(@"'^(upgraded|upgraded\.dead)$'", source.Now.Warning, StringComparison.Ordinal);

        await fixture.Server.PublishAsync("upgraded", [Encoding.UTF8.GetBytes("""{"accountId":"a","usageId":"u","amount":1,"timestamp":1}""")]);
        await source.TrueAsync(now => now is { Recorded: 1, InFlight: 0 }, "it is stored");
    }

    [RabbitMqFact]
    public async Task Of_queues_that_are_somebody_elses_on_a_4_nobody_knows()
    {
        await using (var other = Start(fixture.Server.Port, "Queue=foreign"))
            await other.IsAsync("running");
        await using (var three = Start(fixture.Server.Port, "Queue=foreign", "Create=false"))
        {
            await three.IsAsync("running");
            Assert.Null(three.Now.Warning);
        }

        await using var four = AsRabbitMqFour.Before(fixture.Server);
        await using var source = Start(four.Port, "Queue=foreign", "Create=false");
        await source.IsAsync("running");
        Assert.Contains("of foreign and foreign.dead it isn't known", source.Now.Warning, StringComparison.Ordinal);
    }

    [RabbitMqFact]
    public async Task A_queue_that_somebody_else_made_is_read_as_it_is_and_warned_of_with_Create_too()
    {
        await using var connection = await fixture.Server.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("classic", durable: true, exclusive: false, autoDelete: false);
        await using var four = AsRabbitMqFour.Before(fixture.Server);
        await using var source = Start(four.Port, "Queue=classic");

        await source.IsAsync("running");
        Assert.Contains("of classic it isn't known", source.Now.Warning, StringComparison.Ordinal);
        Assert.Contains($"{AsRabbitMqFour.StandsForNone}", await ArgumentsAsync("classic.dead"), StringComparison.Ordinal);
    }

    [RabbitMqFact]
    public async Task A_login_that_may_make_nothing_reads_what_is_there()
    {
        await using (var before = Start(fixture.Server.Port, "Queue=theirs"))
            await before.IsAsync("running");
        await fixture.Server.ControlAsync("add_user", "reader", "reads");
        await fixture.Server.ControlAsync("set_permissions", "reader", "^$", ".*", ".*");
        await using var four = AsRabbitMqFour.Before(fixture.Server);
        await using var source = Start(four.Port, "Queue=theirs", "Username=reader", "Password=reads");

        await source.IsAsync("running");
        Assert.Contains("of theirs and theirs.dead it isn't known", source.Now.Warning, StringComparison.Ordinal);
    }

    private LocalSource Start(int port, params string[] settings) =>
        LocalSource.Start(fixture.Server, _accounts, [$"Address=amqp://127.0.0.1:{port}", .. settings]);

    private async Task<string> ArgumentsAsync(string queue) =>
        (await fixture.Server.ControlAsync("list_queues", "--no-table-headers", "name", "arguments")).Split('\n').Single(line => line.StartsWith($"{queue}\t", StringComparison.Ordinal));
}
