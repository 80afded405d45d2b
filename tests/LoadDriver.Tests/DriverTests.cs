using System.Reflection;
using ClientBench;
using EndToEnd.Tests.Examples;
using GpuCredit.Client;

namespace LoadDriver.Tests;

/// <summary>The driver's process against a Host's.</summary>
public sealed class DriverTests
{
    private const string Few = "--accounts 20 --check 20 --seconds 20 --start 1000000";

    [Fact(Timeout = 180_000)]
    public async Task A_sound_ledger_is_found_sound_by_every_transport_and_one_that_was_written_to_behind_its_back_is_not()
    {
        await using var host = await BenchHost.StartAsync();
        foreach (var how in new[] { "--transport http", "--transport grpc --rate 500", "--transport ndjson --batch 20", "--transport stream --batch 20 --rate 2000" })
        {
            var (exitCode, report, errors) = await DriveAsync(host, $"{Few} --count 500 {how}");
            Assert.True(exitCode == 0, $"{how}: {report}{errors}");
            Assert.Contains(": none wrong, none missing", report, StringComparison.Ordinal);
            Assert.DoesNotContain("conflict", report, StringComparison.Ordinal);
        }

        // A usage of everything that the hot account has then, under a prefix that is about to be used.
        using var http = new HttpClient();
        await new HttpGpuCreditClient(http, new() { Address = host.Url }).UseCreditAsync("tampered-0", "behind", 1_000_000_000, 1_000_001);
        var (tampered, found, _) = await DriveAsync(host, $"{Few} --count 500 --prefix tampered-");
        Assert.True(tampered == 1, found);
        Assert.Contains("the balance of tampered-0 at ", found, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_wrong_argument_and_an_address_where_nobody_is_end_with_2()
    {
        var (wrong, _, sentence) = await Command.RunAsync("dotnet", Dll, "--late", "2");
        Assert.Equal(2, wrong);
        Assert.Contains("--late must be a number from 0 to 1", sentence, StringComparison.Ordinal);

        var (nobody, _, said) = await Command.RunAsync("dotnet", Dll, "--url", "http://127.0.0.1:1");
        Assert.Equal(2, nobody);
        Assert.Contains("--url must be where a GpuCredit answers", said, StringComparison.Ordinal);
    }

    private static string Dll
    {
        get
        {
            var metadata = typeof(DriverTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(one => one.Key, one => one.Value!);
            return Path.Combine(metadata["RepositoryRoot"], metadata["LoadDriverDll"]);
        }
    }

    private static Task<(int ExitCode, string Output, string Errors)> DriveAsync(BenchHost host, string line) =>
        Command.RunAsync("dotnet", [Dll, "--url", host.Url.OriginalString, "--grpc", host.GrpcUrl.OriginalString, .. line.Split(' ')]);
}
