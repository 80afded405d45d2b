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

    /// <summary>A folder for the whole logs of all nodes; without it the last lines are kept, and shown when a test fails.</summary>
    private const string LogsVariable = "GPUCREDIT_FAULTS_LOGS";

    private static readonly TimeSpan _startDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _exitDeadline = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly NodePlan _plan;
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucredit-node-").FullName;
    private readonly HttpClient _probe;
    private readonly ProcessLog _log = new();
    private readonly List<string> _faults = [];
    private Process? _process;
    private Process? _toldToEnd;

    public ClusterNode(NodePlan plan)
    {
        _plan = plan;
        var ports = FreePorts.Take(3);
        Url = new Uri($"http://127.0.0.1:{ports[0]}");
        GrpcUrl = new Uri($"http://127.0.0.1:{ports[1]}");
        OpsUrl = new Uri($"http://127.0.0.1:{ports[2]}");
        _probe = new HttpClient { BaseAddress = OpsUrl, Timeout = TimeSpan.FromSeconds(5) };
    }

    public string Name => _plan.Name;

    public string Address => _plan.Address;

    public Uri Url { get; }

    public Uri GrpcUrl { get; }

    public Uri OpsUrl { get; }

    /// <summary>Whether requests are sent to it; a node that left for good is not asked any more.</summary>
    public bool InService { get; private set; }

    /// <summary>How often it was started again because the cluster had put it out.</summary>
    public int TimesPutOut { get; private set; }

    public string Log => _log.ToString();

    /// <summary>Starts the process; <see cref="ReadyAsync"/> waits until it serves.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_process is not null) throw new InvalidOperationException($"{Name} runs already");
            InService = true;
            var process = Process.Start(Command()) ?? throw new InvalidOperationException($"{Name} didn't start");
            process.OutputDataReceived += (_, line) => Add(line.Data);
            process.ErrorDataReceived += (_, line) => Add(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _process = process;
            NodeKeeper.Keep(process.Id);
            _ = SuperviseAsync(process);
        }
    }

    public async Task ReadyAsync()
    {
        try
        {
            await Poll.UntilAsync($"{Name} is ready", IsReadyAsync, _startDeadline);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{_log}");
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
    public void Note(string what) => Add($"---- {what} ----");

    public async ValueTask DisposeAsync()
    {
        Process? process;
        lock (_gate)
        {
            process = _toldToEnd = _process;
        }

        if (process is not null)
        {
            process.Kill();
            await EndAsync(process);
        }

        _probe.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Add(string? line)
    {
        _log.Add(line);
        if (Environment.GetEnvironmentVariable(LogsVariable) is { Length: > 0 } folder && line is not null)
        {
            lock (_log) File.AppendAllText(Path.Combine(folder, $"{Name}.log"), line + "\n");
        }
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
                "--urls", Text(Url), "--GpuCredit:GrpcUrl", Text(GrpcUrl), "--GpuCredit:OpsUrl", Text(OpsUrl),
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
            return _toldToEnd = _process ?? throw new InvalidOperationException($"{Name} isn't running");
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
        NodeKeeper.Ended(process.Id);
        lock (_gate)
        {
            if (process == _toldToEnd) return;
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
