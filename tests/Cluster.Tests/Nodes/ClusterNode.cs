using System.Diagnostics;
using System.Net;
using EndToEnd.Tests.Hosting;

namespace Cluster.Tests.Nodes;

/// <summary>
/// A real Host process with the supervisor that every node of a cluster needs: when the cluster puts it out, it ends
/// with a code of its own and is started again. Any other end that nobody asked for is written down as a fault.
/// </summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    /// <summary>What the Host ends with when the cluster put it out.</summary>
    public const int ExitPutOut = 3;

    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _exitDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pollPause = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly NodePlan _plan;
    private readonly Uri _grpcUrl;
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucredit-node-").FullName;
    private readonly HttpClient _probe;
    private readonly ProcessLog _log = new();
    private readonly List<string> _faults = [];
    private Process? _process;
    private bool _endIsAskedFor;

    public ClusterNode(NodePlan plan)
    {
        _plan = plan;
        var ports = FreePorts.Take(3);
        Url = new Uri($"http://127.0.0.1:{ports[0]}");
        _grpcUrl = new Uri($"http://127.0.0.1:{ports[1]}");
        OpsUrl = new Uri($"http://127.0.0.1:{ports[2]}");
        _probe = new HttpClient { BaseAddress = OpsUrl, Timeout = TimeSpan.FromSeconds(5) };
    }

    public string Name => _plan.Name;

    public string Address => _plan.Address;

    public Uri Url { get; }

    public Uri OpsUrl { get; }

    /// <summary>Whether requests are sent to it; a node that left for good is not asked any more.</summary>
    public bool InService { get; private set; }

    /// <summary>When its process was started last.</summary>
    public long StartedAt { get; private set; }

    /// <summary>How often it was started again because the cluster had put it out.</summary>
    public int TimesPutOut { get; private set; }

    public string Log => _log.ToString();

    /// <summary>Starts the process; <see cref="ReadyAsync"/> waits until it serves.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_process is not null) throw new InvalidOperationException($"{Name} runs already");
            _endIsAskedFor = false;
            InService = true;
            StartedAt = Stopwatch.GetTimestamp();
            var process = Process.Start(Command()) ?? throw new InvalidOperationException($"{Name} didn't start");
            process.OutputDataReceived += (_, line) => _log.Add(line.Data);
            process.ErrorDataReceived += (_, line) => _log.Add(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _process = process;
            _ = SuperviseAsync(process);
        }
    }

    public async Task ReadyAsync()
    {
        var waited = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            if (waited.Elapsed > _startDeadline) throw new InvalidOperationException($"{Name} wasn't ready after {_startDeadline.TotalSeconds:N0} s\n{_log}");
            await Task.Delay(_pollPause);
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        Note("SIGKILL");
        var process = AskForEnd();
        process.Kill();
        await EndAsync(process);
    }

    /// <summary>SIGSTOP: it does nothing, and keeps its connections and everything it had in mind.</summary>
    public async Task PauseAsync()
    {
        Note("SIGSTOP");
        await Signals.SendAsync(ProcessId, Signals.Pause);
    }

    public async Task ContinueAsync()
    {
        Note("SIGCONT");
        await Signals.SendAsync(ProcessId, Signals.Continue);
    }

    /// <summary>SIGTERM: it hands its accounts over, and leaves.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        Note("SIGTERM");
        var process = AskForEnd();
        await Signals.SendAsync(process.Id, Signals.Terminate);
        return await EndAsync(process);
    }

    /// <summary>From now on no request is sent to it.</summary>
    public void LeaveService() => InService = false;

    /// <summary>Somebody told it to leave by another way: awaits the end of its process.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> EndsAsync() => EndAsync(AskForEnd());

    /// <summary>Ends of the process that nobody asked for, other than being put out; each is answered once.</summary>
    public IReadOnlyList<string> TakeFaults()
    {
        lock (_gate)
        {
            string[] faults = [.. _faults];
            _faults.Clear();
            return faults;
        }
    }

    /// <summary>A line in its log, so that what was done to it stands between its own.</summary>
    public void Note(string what) => _log.Add($"---- {what} ----");

    public async ValueTask DisposeAsync()
    {
        Process? process;
        lock (_gate)
        {
            _endIsAskedFor = true;
            process = _process;
        }

        if (process is not null)
        {
            process.Kill();
            await EndAsync(process);
        }

        _probe.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private int ProcessId
    {
        get { lock (_gate) return _process?.Id ?? throw new InvalidOperationException($"{Name} isn't running"); }
    }

    private ProcessStartInfo Command()
    {
        var host = _plan.Address.Split(':');
        return HostCommand.Of(
            _folder,
            tracer: [],
            [
                "--urls", Text(Url), "--GpuCredit:GrpcUrl", Text(_grpcUrl), "--GpuCredit:OpsUrl", Text(OpsUrl),
                "--GpuCredit:Cluster:Host", host[0], "--GpuCredit:Cluster:Port", host[1],
                "--GpuCredit:Cluster:BindHost", "127.0.0.1", "--GpuCredit:Cluster:BindPort", $"{_plan.BindPort}",
                "--GpuCredit:Cluster:Seeds", _plan.Seeds, .. _plan.Settings,
            ]);
    }

    private static string Text(Uri url) => url.GetLeftPart(UriPartial.Authority);

    private Process AskForEnd()
    {
        lock (_gate)
        {
            _endIsAskedFor = true;
            return _process ?? throw new InvalidOperationException($"{Name} isn't running");
        }
    }

    private async Task<int> EndAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(_exitDeadline);
        await process.WaitForExitAsync(deadline.Token);
        lock (_gate) _process = null;
        return process.ExitCode;
    }

    private async Task SuperviseAsync(Process process)
    {
        await process.WaitForExitAsync();
        lock (_gate)
        {
            if (_endIsAskedFor) return;
            _process = null;
            if (process.ExitCode == ExitPutOut) TimesPutOut++;
            else _faults.Add($"{Name} ended by itself with code {process.ExitCode}");
        }

        Note($"ended with code {process.ExitCode}, started again");
        Start();
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
}
