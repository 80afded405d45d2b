using System.Diagnostics;
using System.Net;

namespace EndToEnd.Tests.Hosting;

/// <summary>
/// The real Host process on a temporary folder and ports of its own. It can be killed and started again on the
/// same folder. What it wrote to its log comes with the test's output, which is shown when the test fails.
/// </summary>
internal sealed class TemporaryHost : IAsyncDisposable
{
    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _exitDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _readinessPause = TimeSpan.FromMilliseconds(25);

    private readonly ITestOutputHelper _output;
    private readonly IReadOnlyList<string> _tracer;
    private readonly HttpClient _probe;
    private readonly Uri _grpcUrl;
    private readonly Uri _opsUrl;
    private readonly ProcessLog _log = new();
    private Process? _process;
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="output">Where the log goes at the end.</param>
    /// <param name="tracer">A program and its arguments that starts the Host in its own place, such as strace.</param>
    public TemporaryHost(ITestOutputHelper output, params string[] tracer)
    {
        _output = output;
        _tracer = tracer;
        Folder = Directory.CreateTempSubdirectory("gpucredit-").FullName;
        var ports = FreePorts.Take(3);
        Url = new Uri($"http://127.0.0.1:{ports[0]}");
        _grpcUrl = new Uri($"http://127.0.0.1:{ports[1]}");
        _opsUrl = new Uri($"http://127.0.0.1:{ports[2]}");
        _probe = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>The working directory: the store is in its folder <c>data</c>.</summary>
    public string Folder { get; }

    public Uri Url { get; }

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the Host isn't running");

    /// <summary>Completes when the Host that runs now is ready; after a kill, when the next one is.</summary>
    public Task Ready => _ready.Task;

    /// <param name="settings">More of the Host's arguments.</param>
    public async Task StartAsync(params string[] settings)
    {
        Assert.Null(_process);
        _process = Process.Start(StartInfo(settings)) ?? throw new InvalidOperationException("the Host didn't start");
        _process.OutputDataReceived += (_, line) => _log.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _log.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await UntilReadyAsync(_process);
        _ready.TrySetResult();
    }

    /// <summary>SIGKILL: no handler of the Host runs, what it hadn't written is gone.</summary>
    public async Task KillAsync()
    {
        var process = _process ?? throw new InvalidOperationException("the Host isn't running");
        _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _log.Add("---- SIGKILL ----");
        process.Kill();
        await AwaitExitAsync(process);
    }

    /// <summary>SIGTERM: the Host drains and leaves.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        var process = _process ?? throw new InvalidOperationException("the Host isn't running");
        _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _log.Add("---- SIGTERM ----");
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync();
        return await AwaitExitAsync(process);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync();
        _probe.Dispose();
        _output.WriteLine($"---- the Host's log on {Folder} ----\n{_log}");
        Directory.Delete(Folder, recursive: true);
    }

    private ProcessStartInfo StartInfo(string[] settings) => HostCommand.Of(
        Folder, _tracer, ["--urls", Address(Url), "--GpuCredit:GrpcUrl", Address(_grpcUrl), "--GpuCredit:OpsUrl", Address(_opsUrl), .. settings]);

    private static string Address(Uri url) => url.GetLeftPart(UriPartial.Authority);

    private async Task UntilReadyAsync(Process process)
    {
        var waited = Stopwatch.StartNew();
        while (!process.HasExited && waited.Elapsed < _startDeadline)
        {
            if (await IsReadyAsync()) return;
            await Task.Delay(_readinessPause);
        }

        throw new InvalidOperationException(process.HasExited
            ? $"the Host ended with code {process.ExitCode} instead of getting ready"
            : $"the Host wasn't ready after {_startDeadline.TotalSeconds:N0} s");
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _probe.GetAsync(new Uri("/healthz/ready", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task<int> AwaitExitAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(_exitDeadline);
        await process.WaitForExitAsync(deadline.Token);
        _process = null;
        var code = process.ExitCode;
        process.Dispose();
        return code;
    }
}
