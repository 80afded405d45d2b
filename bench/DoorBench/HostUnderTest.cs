using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using EndToEnd.Tests.Hosting;

namespace DoorBench;

/// <summary>A Host process on free ports, in a folder of its own.</summary>
internal sealed class HostUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly string _folder = Directory.CreateTempSubdirectory("gpucredit-doors-").FullName;
    private readonly Process _process;

    private HostUnderTest(string[] settings)
    {
        var ports = FreePorts.Take(3);
        (Url, GrpcUrl, OpsUrl) = (Local(ports[0]), Local(ports[1]), Local(ports[2]));
        _process = Process.Start(HostCommand.Of(
            _folder, tracer: [], ["--urls", Url.OriginalString, "--GpuCredit:GrpcUrl", GrpcUrl.OriginalString, "--GpuCredit:OpsUrl", OpsUrl.OriginalString, .. settings]))!;
        _process.ErrorDataReceived += (_, line) => Say(line.Data);
        _process.OutputDataReceived += (_, line) => Say(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public Uri Url { get; }

    public Uri GrpcUrl { get; }

    public Uri OpsUrl { get; }

    public int ProcessId => _process.Id;

    /// <summary>Resident memory, in MiB.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public bool HasEnded => _process.HasExited;

    public static async Task<HostUnderTest> StartAsync(params string[] settings)
    {
        var host = new HostUnderTest(settings);
        using var http = new HttpClient { BaseAddress = host.OpsUrl };
        var started = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var ready = await http.GetAsync("/healthz/ready");
                if (ready.IsSuccessStatusCode)
                    return host;
            }
            catch (Exception fault) when (fault is HttpRequestException or SocketException)
            {
                // not yet
            }

            if (host.HasEnded || started.Elapsed > ReadyWithin)
                throw new InvalidOperationException("the Host doesn't get ready");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Asks it to stop, as a supervisor does, and returns when it has.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Warnings of an outage are expected by the hundred; what stops the Host is not.</summary>
    private static void Say(string? line)
    {
        if (line?.StartsWith("GpuCredit ", StringComparison.Ordinal) == true)
            Console.Error.WriteLine(line);
    }

    private static Uri Local(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
}
