using System.Diagnostics;
using EndToEnd.Tests.Hosting;

namespace ClientBench;

/// <summary>A Host on SQLite, in a process and a folder of its own.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder;

    private BenchHost(Process process, string folder, Uri url, Uri grpcUrl)
    {
        _process = process;
        _folder = folder;
        Url = url;
        GrpcUrl = grpcUrl;
    }

    public Uri Url { get; }

    public Uri GrpcUrl { get; }

    public static async Task<BenchHost> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("gpucredit-bench-host-").FullName;
        var urls = FreePorts.Take(3).Select(port => $"http://127.0.0.1:{port}").ToArray();
        var process = Process.Start(HostCommand.Of(folder, [], "--urls", urls[0], "--GpuCredit:GrpcUrl", urls[1], "--GpuCredit:OpsUrl", urls[2], "--Logging:LogLevel:Default", "Error"))!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var host = new BenchHost(process, folder, new Uri(urls[0]), new Uri(urls[1]));
        using var http = new HttpClient { BaseAddress = host.Url };
        for (var started = Stopwatch.GetTimestamp(); !await IsReadyAsync(http); await Task.Delay(50))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > ReadyWithin)
                throw new InvalidOperationException("The Host didn't get ready.");
        }

        return host;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/healthz/ready", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
