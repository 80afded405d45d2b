using EndToEnd.Tests.Hosting;

namespace EndToEnd.Tests.Examples;

/// <summary>The READMEs' commands are run as they stand, and print what stands under them, word for word.</summary>
public sealed class ReadmeTests(ITestOutputHelper output)
{
    // The documents name the ports and the build of a newcomer's own Host; here both are the test's.
    private const string DocumentedUrl = "http://127.0.0.1:8080";
    private const string DocumentedRun = "dotnet run --project examples/azure-llm";

    [Theory(Timeout = 300_000)]
    [InlineData("README.md", 4)]
    [InlineData("examples/azure-llm/README.md", 1)]
    [InlineData("docs/ingestion/cloudevents.md", 4)]
    [InlineData("docs/ingestion/http.md", 3)]
    public async Task Its_commands_print_what_it_shows(string document, int blocksAtLeast)
    {
        var blocks = ConsoleBlock.Read(await File.ReadAllTextAsync(Path.Combine(BuiltPrograms.RepositoryRoot, document)));
        Assert.True(blocks.Count >= blocksAtLeast, $"{blocks.Count} checked blocks");
        await using var host = new TemporaryHost(output);
        await host.StartAsync();

        foreach (var block in blocks)
        {
            if (block.IsAfterAKill)
            {
                await host.KillAsync();
                await host.StartAsync();
            }

            foreach (var (command, shown) in block.Steps)
            {
                var (_, printed, errors) = await Command.RunAsync("bash", "-c", Localized(command, host));
                Assert.True(ConsoleBlock.IsAsShown(shown, printed + errors), $"$ {command}\nprinted\n{printed}{errors}\ninstead of\n{shown}");
            }
        }
    }

    private static string Localized(string command, TemporaryHost host)
    {
        var url = host.Url.GetLeftPart(UriPartial.Authority);
        return command.StartsWith(DocumentedRun, StringComparison.Ordinal)
            ? $"dotnet '{BuiltPrograms.AzureLlmDll}' {url}{command[DocumentedRun.Length..]}"
            : command.Replace(DocumentedUrl, url, StringComparison.Ordinal).Replace("localhost:8080", host.Url.Authority, StringComparison.Ordinal);
    }
}
