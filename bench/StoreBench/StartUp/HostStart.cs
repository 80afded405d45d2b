using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EndToEnd.Tests.Hosting;

namespace StoreBench.StartUp;

/// <summary>A Host process from its start to its end, as an operator sees it.</summary>
internal sealed class HostStart : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly HttpClient _ops;
    private readonly long _since = Stopwatch.GetTimestamp();

    private HostStart(string folder, string[] settings)
    {
        var ports = FreePorts.Take(3);
        (_http, _ops) = (new() { BaseAddress = Local(ports[0]) }, new() { BaseAddress = Local(ports[2]) });
        _process = Process.Start(HostCommand.Of(
            folder, tracer: [],
            ["--urls", Local(ports[0]).OriginalString, "--GpuCredit:GrpcUrl", Local(ports[1]).OriginalString, "--GpuCredit:OpsUrl", Local(ports[2]).OriginalString, .. settings]))!;
        _process.ErrorDataReceived += (_, line) => Say(line.Data);
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>From the start of the process to the first 200 of /healthz/ready.</summary>
    public TimeSpan Ready { get; private set; }

    /// <summary>Of the process until then: what the start costs on a machine that others want too.</summary>
    public TimeSpan ReadyCpu { get; private set; }

    public static async Task<HostStart> RunAsync(string folder, string[] settings)
    {
        var host = new HostStart(folder, settings);
        try
        {
            await host.GetReadyAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of the whole process until now.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>A balance, and how long it took; asked again for as long as the account is unavailable.</summary>
    public async Task<(long? Balance, TimeSpan Took)> AskAsync(string account, long at)
    {
        var since = Stopwatch.GetTimestamp();
        var question = string.Create(CultureInfo.InvariantCulture, $"/v1/accounts/{account}/balance?at={at}");
        HttpResponseMessage response;
        while ((response = await _http.GetAsync(question)).StatusCode == HttpStatusCode.ServiceUnavailable)
            response.Dispose();
        using var answered = response.EnsureSuccessStatusCode();
        using var answer = JsonDocument.Parse(await answered.Content.ReadAsStringAsync());
        var balance = answer.RootElement.GetProperty("balance");
        return (balance.ValueKind == JsonValueKind.Null ? null : balance.GetInt64(), Stopwatch.GetElapsedTime(since));
    }

    /// <param name="signal">TERM or KILL.</param>
    public async Task EndAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        _ops.Dispose();
    }

    private async Task GetReadyAsync()
    {
        while (true)
        {
            try
            {
                using var ready = await _ops.GetAsync("/healthz/ready");
                (Ready, ReadyCpu) = (Stopwatch.GetElapsedTime(_since), Cpu);
                if (ready.IsSuccessStatusCode)
                    return;
            }
            catch (Exception fault) when (fault is HttpRequestException or SocketException)
            {
                // not yet
            }

            if (_process.HasExited || Stopwatch.GetElapsedTime(_since) > ReadyWithin)
                throw new InvalidOperationException("The Host doesn't get ready.");
            await Task.Delay(Look);
        }
    }

    private static void Say(string? line)
    {
        if (line is not null)
            Console.Error.WriteLine(line);
    }

    private static Uri Local(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
}
