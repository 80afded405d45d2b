using System.Text;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Hosting;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Examples;

/// <summary>The command that a broker's page, or an example's, starts the Host with, as it stands there but for the address; and the entry that the NATS page shows.</summary>
public sealed partial class PagesTests(RabbitMqFixture rabbitMq, ITestOutputHelper output) : IClassFixture<RabbitMqFixture>
{
    private const string Run = "$ dotnet run --project src/Host -- ";
    private const string NatsPage = "docs/ingestion/nats.md";

    [NatsFact]
    public async Task The_NATS_pages_command_starts_a_source_that_takes_its_entry()
    {
        await using var broker = await NatsServer.StartAsync();
        await AssertTakesAsync(broker, NatsPage, "nats://127.0.0.1:4222", $"nats://127.0.0.1:{broker.Port}");
    }

    [NatsFact]
    public async Task The_azure_examples_command_starts_a_source_that_takes_an_entry()
    {
        await using var broker = await NatsServer.StartAsync();
        await AssertTakesAsync(broker, "examples/azure-llm/README.md", "nats://127.0.0.1:4222", $"nats://127.0.0.1:{broker.Port}");
    }

    [RabbitMqFact]
    public Task The_RabbitMQ_pages_command_starts_a_source_that_takes_an_entry() =>
        AssertTakesAsync(rabbitMq.Server, "docs/ingestion/rabbitmq.md", "amqp://127.0.0.1:5672", $"amqp://127.0.0.1:{rabbitMq.Server.Port}");

    private async Task AssertTakesAsync(ITestBroker broker, string page, string documented, string address)
    {
        var settings = SettingsOf(Page(page)).Select(word => word == documented ? address : word).ToArray();
        Assert.Contains(address, settings);
        await using var host = new HostUnderTest(output, settings);
        await host.StartAsync();
        await host.SourceIsAsync("usage", "running");
        await broker.PublishAsync([Encoding.UTF8.GetBytes(Entry().Match(Page(NatsPage)).Value)]);
        await Eventually.TrueAsync(
            async () => (await host.SourceAsync("usage"))?["recorded"]!.GetValue<long>() == 1, TimeSpan.FromSeconds(60), () => $"it is recorded: {host.Log}");
    }

    private static IEnumerable<string> SettingsOf(string page)
    {
        var from = page.IndexOf(Run, StringComparison.Ordinal) + Run.Length;
        var lines = page[from..].Replace("\\\n", "", StringComparison.Ordinal);
        var command = lines[..lines.IndexOf('\n', StringComparison.Ordinal)];
        return command.TrimEnd('&').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('\''));
    }

    private static string Page(string path) => File.ReadAllText(Path.Combine(BuiltPrograms.RepositoryRoot, path));

    [GeneratedRegex("""\{"accountId":"acme"[^}]*\}""")]
    private static partial Regex Entry();
}
