using System.Text;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Examples;
using EndToEnd.Tests.Hosting;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Examples;

/// <summary>
/// The command that a broker's page, or an example's, starts the Host with, as it stands there but for the address; the entry that the
/// NATS page shows, and the commands by which it publishes and reads dead letters.
/// </summary>
public sealed partial class PagesTests(RabbitMqFixture rabbitMq, ITestOutputHelper output) : IClassFixture<RabbitMqFixture>
{
    private const string Run = "$ dotnet run --project src/Host -- ";
    private const string NatsPage = "docs/ingestion/nats.md";
    private const string AzurePage = "examples/azure-llm/README.md";
    private const string NatsAddress = "nats://127.0.0.1:4222";
    private const string RabbitMqAddress = "amqp://127.0.0.1:5672";

    [NatsFact]
    public async Task The_NATS_pages_command_starts_a_source_that_takes_its_entry()
    {
        await using var broker = await NatsServer.StartAsync();
        await AssertTakesAsync(broker, NatsPage, NatsAddress, $"nats://127.0.0.1:{broker.Port}");
    }

    [NatsFact]
    public Task The_NATS_pages_commands_print_what_it_shows() => AssertPrintAsync(NatsPage, "usage", 8);

    [NatsFact]
    public Task The_mappings_pages_commands_print_what_it_shows() => AssertPrintAsync("docs/ingestion/mappings.md", "meter", 2);

    [NatsFact]
    public async Task The_azure_examples_command_starts_a_source_on_NATS_that_takes_an_entry()
    {
        await using var broker = await NatsServer.StartAsync();
        await AssertTakesAsync(broker, AzurePage, NatsAddress, $"nats://127.0.0.1:{broker.Port}");
    }

    [RabbitMqFact]
    public Task The_azure_examples_command_starts_a_source_on_RabbitMQ_that_takes_an_entry() =>
        AssertTakesAsync(rabbitMq.Server, AzurePage, RabbitMqAddress, $"amqp://127.0.0.1:{rabbitMq.Server.Port}");

    [RabbitMqFact]
    public Task The_RabbitMQ_pages_command_starts_a_source_that_takes_an_entry() =>
        AssertTakesAsync(rabbitMq.Server, "docs/ingestion/rabbitmq.md", RabbitMqAddress, $"amqp://127.0.0.1:{rabbitMq.Server.Port}");

    private async Task AssertTakesAsync(ITestBroker broker, string page, string documented, string address)
    {
        await using var host = await StartAsync(page, documented, address);
        await broker.PublishAsync([Encoding.UTF8.GetBytes(Entry().Match(Page(NatsPage)).Value)]);
        await Eventually.TrueAsync(
            async () => (await host.SourceAsync("usage"))?["recorded"]!.GetValue<long>() == 1, TimeSpan.FromSeconds(60), () => $"it is recorded: {host.Log}");
    }

    private async Task AssertPrintAsync(string page, string source, int stepsAtLeast)
    {
        await using var broker = await NatsServer.StartAsync();
        await using var host = await StartAsync(page, NatsAddress, $"nats://127.0.0.1:{broker.Port}", source);
        var steps = ConsoleBlock.Read(Page(page)).SelectMany(block => block.Steps).ToList();
        Assert.True(steps.Count >= stepsAtLeast, $"{steps.Count} commands");
        var defined = "";
        foreach (var (command, shown) in steps)
        {
            if (Definition().IsMatch(command))
            {
                defined += command + "\n";
                continue;
            }

            var script = (defined + command).Replace("/127.0.0.1/4222", $"/127.0.0.1/{broker.Port}", StringComparison.Ordinal).Replace("127.0.0.1:8080", host.Url.Authority, StringComparison.Ordinal);
            var printed = "";
            // What was published is taken a little later, so a question may be asked again; nothing is published twice.
            await Eventually.TrueAsync(
                async () => ConsoleBlock.IsAsShown(shown, printed = await PrintedAsync(script)),
                command.StartsWith("ask usage.", StringComparison.Ordinal) || command.StartsWith("event=", StringComparison.Ordinal) ? TimeSpan.Zero : TimeSpan.FromSeconds(30),
                () => $"$ {command}\nprinted\n{printed}\ninstead of\n{shown}\n{host.Log}");
        }
    }

    /// <summary>By the page's command for a broker at <paramref name="documented"/>; returns when the source is running.</summary>
    private async Task<HostUnderTest> StartAsync(string page, string documented, string address, string source = "usage")
    {
        var commands = Page(page).Replace("\\\n", "", StringComparison.Ordinal).Split('\n').Where(line => line.StartsWith(Run, StringComparison.Ordinal));
        var settings = commands.Select(SettingsOf).Single(words => words.Contains(documented)).Select(word => word == documented ? address : InRoot(word)).ToArray();
        var host = new HostUnderTest(output, settings);
        try
        {
            await host.StartAsync();
            await host.SourceIsAsync(source, "running");
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The Host under test has a working directory of its own.</summary>
    private static string InRoot(string word) => word.StartsWith("examples/", StringComparison.Ordinal) ? Path.Combine(BuiltPrograms.RepositoryRoot, word) : word;

    private static string[] SettingsOf(string command) =>
        [.. command[Run.Length..].TrimEnd('&').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('\''))];

    private static async Task<string> PrintedAsync(string script)
    {
        var (_, printed, errors) = await Command.RunAsync("bash", "-c", $"cd '{BuiltPrograms.RepositoryRoot}'; {script}");
        return printed + errors;
    }

    private static string Page(string path) => File.ReadAllText(Path.Combine(BuiltPrograms.RepositoryRoot, path));

    [GeneratedRegex("""\{"accountId":"acme"[^}]*\}""")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\A\w+\(\) \{")]
    private static partial Regex Definition();
}
