using System.Diagnostics;
using EndToEnd.Tests.Hosting;
using Sources.Tests.Brokers;
using Sources.Tests.Running;

namespace Sources.Tests.Examples;

/// <summary>
/// The example's 28,339 entries, a tenth of them twice, one a message through a real broker: its table is the one of its README, which
/// EndToEnd.Tests hold against the law.
/// </summary>
public sealed class AzureLlmTests(ITestOutputHelper output)
{
    private static readonly TimeSpan _printsWithin = TimeSpan.FromMinutes(4);

    [NatsFact]
    public async Task Through_NATS_the_balances_are_the_same()
    {
        await using var broker = await NatsServer.StartAsync();
        await AssertTableAsync(broker, $"nats://127.0.0.1:{broker.Port}/usage.azure");
    }

    [RabbitMqFact]
    public async Task Through_RabbitMQ_the_balances_are_the_same()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await AssertTableAsync(broker, $"amqp://guest:guest@127.0.0.1:{broker.Port}/{RabbitMqServer.Queue}");
    }

    private async Task AssertTableAsync(ITestBroker broker, string address)
    {
        await using var host = new HostUnderTest(output, broker.Settings(broker.Port));
        await host.StartAsync();
        await host.SourceIsAsync("usage", "running");
        var printed = await PrintedAsync($"{host.Url}", "4", address, $"{host.OpsUrl}");
        Assert.Contains("seed 4: published 31,", printed, StringComparison.Ordinal);
        Assert.Equal(TableOfTheReadme(), printed[..printed.IndexOf("\n\n", StringComparison.Ordinal)]);
        Assert.Equal(0, (await host.SourceAsync("usage"))!["deadLetters"]!.GetValue<long>());
    }

    private static async Task<string> PrintedAsync(params string[] arguments)
    {
        using var example = Process.Start(new ProcessStartInfo("dotnet", [BuiltPrograms.AzureLlmDll, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var printed = example.StandardOutput.ReadToEndAsync();
        var errors = example.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(_printsWithin);
        await example.WaitForExitAsync(limit.Token);
        Assert.Equal((0, ""), (example.ExitCode, await errors));
        return await printed;
    }

    private static string TableOfTheReadme()
    {
        var lines = File.ReadAllLines(Path.Combine(BuiltPrograms.RepositoryRoot, "examples", "azure-llm", "README.md"));
        var from = Array.FindIndex(lines, line => line.StartsWith("account   entries", StringComparison.Ordinal));
        return string.Join('\n', lines[from..Array.FindIndex(lines, from, line => line.Length == 0)]);
    }
}
