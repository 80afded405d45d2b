using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Hosting;

namespace Sources.Tests.Running;

/// <summary>
/// The real Host process with sources, on ports of its own. It can be killed and started again. What it wrote to its log comes with
/// the test's output, which is shown when the test fails.
/// </summary>
internal sealed class HostUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);

    private readonly ITestOutputHelper _output;
    private readonly string[] _settings;
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucredit-sources-").FullName;
    private readonly ProcessLog _log = new();
    private readonly HttpClient _ops;
    private readonly Uri _grpcUrl;
    private Process? _process;

    /// <param name="output">Where the log goes at the end.</param>
    /// <param name="settings">Key and value by turns, as on the command line.</param>
    public HostUnderTest(ITestOutputHelper output, params string[] settings)
    {
        (_output, _settings) = (output, settings);
        var ports = Ports.Take(3);
        Url = new Uri($"http://127.0.0.1:{ports[0]}");
        _grpcUrl = new Uri($"http://127.0.0.1:{ports[1]}");
        _ops = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[2]}"), Timeout = TimeSpan.FromSeconds(5) };
    }

    public Uri Url { get; }

    public Uri OpsUrl => _ops.BaseAddress!;

    public bool IsRunning => _process is not null;

    public string Log => _log.ToString();

    /// <summary>Starts it, and returns when it is ready: which doesn't depend on its sources.</summary>
    public async Task StartAsync()
    {
        Assert.Null(_process);
        _process = Process.Start(HostCommand.Of(_folder, [], [.. Doors(), .. _settings]))!;
        _process.OutputDataReceived += (_, line) => _log.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _log.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync(IsReadyAsync, StartsWithin, () => $"the Host is ready: {_log}");
    }

    /// <summary>SIGKILL: what it had taken and not acknowledged is the broker's again.</summary>
    public async Task KillAsync()
    {
        _log.Add("---- SIGKILL ----");
        _process!.Kill();
        await EndAsync();
    }

    /// <summary>SIGTERM.</summary>
    public async Task<int> StopAsync()
    {
        _log.Add("---- SIGTERM ----");
        using (var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]))
            await kill.WaitForExitAsync();
        return await EndAsync();
    }

    /// <summary>One source as <c>/ops/sources</c> shows it; null while the Host doesn't answer.</summary>
    public async Task<JsonNode?> SourceAsync(string name) =>
        (await AskAsync("/ops/sources"))?["sources"]!.AsArray().Single(source => source!["name"]!.GetValue<string>() == name);

    /// <summary>What the operators' door answers; null while it doesn't.</summary>
    public async Task<JsonNode?> AskAsync(string path)
    {
        try
        {
            return JsonNode.Parse(await _ops.GetStringAsync(new Uri(path, UriKind.Relative)));
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public async Task<JsonNode> PostAsync(string path)
    {
        using var response = await _ops.PostAsync(new Uri(path, UriKind.Relative), null);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    public Task SourceIsAsync(string name, string state) => Eventually.TrueAsync(
        async () => (await SourceAsync(name))?["state"]!.GetValue<string>() == state, TimeSpan.FromSeconds(60), () => $"the source {name} is {state}: {_log}");

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _ops.Dispose();
        _output.WriteLine($"---- the Host's log on {_folder} ----\n{_log}");
        Directory.Delete(_folder, recursive: true);
    }

    private string[] Doors() =>
        ["--urls", Address(Url), "--GpuCredit:GrpcUrl", Address(_grpcUrl), "--GpuCredit:OpsUrl", Address(_ops.BaseAddress!)];

    private static string Address(Uri url) => url.GetLeftPart(UriPartial.Authority);

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
            Assert.Fail($"the Host ended instead of getting ready: {_log}");
        try
        {
            using var response = await _ops.GetAsync(new Uri("/healthz/ready", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(EndsWithin);
        await _process!.WaitForExitAsync(limit.Token);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }
}
