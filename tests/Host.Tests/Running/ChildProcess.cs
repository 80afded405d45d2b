using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Host.Tests.Running;

/// <summary>The Host as its users start it: a process of its own, with its two streams and its exit code.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process) => _process = process;

    public string Output => Read(_output);

    public string Error => Read(_error);

    public int Id => _process.Id;

    public static ChildProcess Start(string workingDirectory, params string[] args) => StartFrom(AppContext.BaseDirectory, workingDirectory, args);

    public static ChildProcess StartFrom(string binary, string workingDirectory, params string[] args) =>
        Start(binary, workingDirectory, new Dictionary<string, string>(), args);

    public static ChildProcess Start(string workingDirectory, IReadOnlyDictionary<string, string> environment, params string[] args) =>
        Start(AppContext.BaseDirectory, workingDirectory, environment, args);

    private static ChildProcess Start(string binary, string workingDirectory, IReadOnlyDictionary<string, string> environment, string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(binary, "GpuCredit.Host.dll"), .. args])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Take(child._output, line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Take(child._error, line.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Its line that says where it listens.</summary>
    public Task ListeningAsync() => _listening.Task.WaitAsync(EndsWithin);

    /// <summary>Where it listens, once it has said so: the API, gRPC and the operators.</summary>
    public async Task<(Uri Api, Uri Grpc, Uri Ops)> DoorsAsync()
    {
        await ListeningAsync();
        var doors = Regex.Matches(Output, "http://127\\.0\\.0\\.1:[0-9]+");
        return (new Uri(doors[0].Value), new Uri(doors[1].Value), new Uri(doors[2].Value));
    }

    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(EndsWithin);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
        if (line.Contains("listens on", StringComparison.Ordinal))
            _listening.TrySetResult();
    }
}
