using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using GpuCredit.Host;
using GpuCredit.Host.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Host.Tests.Running;

/// <summary>A whole Host in this process, over real Kestrel on free ports: the memory store unless told otherwise.</summary>
internal sealed class InProcessHost : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    private readonly GpuCreditHost _host;

    private InProcessHost(GpuCreditHost host)
    {
        _host = host;
        Client = new HttpClient { BaseAddress = new Uri(host.Addresses[0]), Timeout = TimeSpan.FromMinutes(1) };
        Ops = new HttpClient { BaseAddress = new Uri(host.Addresses[^1]) };
    }

    public HttpClient Client { get; }

    /// <summary>By the operators' door.</summary>
    public HttpClient Ops { get; }

    /// <summary>Where gRPC is served.</summary>
    public Uri GrpcAddress => new(_host.Addresses[^2]);

    public IServiceProvider Services => _host.Services;

    public static Task<InProcessHost> StartAsync(params string[] args) => StartAsync(_ => { }, args);

    public static async Task<InProcessHost> StartAsync(Action<WebApplicationBuilder> alter, params string[] args)
    {
        string[] defaults = ["--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Warning"];
        string[] store = args.Contains("--GpuCredit:Store") ? [] : ["--GpuCredit:Store", "memory"];
        var host = await Program.BuildAsync([.. defaults, .. store, .. args], alter);
        await host.StartAsync();
        var running = new InProcessHost(host);
        await Eventually.TrueAsync(async () => (await running.Client.GetAsync("/healthz/ready")).IsSuccessStatusCode, ReadyWithin, "the Host is ready");
        return running;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return Client.PostAsync(path, content);
    }

    public async Task<(int Status, JsonNode Body)> PostJsonAsync(string path, string body, string contentType = "application/json")
    {
        using var response = await PostAsync(path, body, contentType);
        return ((int)response.StatusCode, await JsonOf(response));
    }

    public async Task<(int Status, JsonNode Body)> GetJsonAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        return ((int)response.StatusCode, await JsonOf(response));
    }

    /// <summary>Sends these very characters and reads to the end; an HTTP client would tidy the path up first.</summary>
    public async Task<(int Status, JsonNode Body)> RawAsync(string method, string target, string body = "")
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port);
        var host = Client.BaseAddress.Authority;
        await socket.SendAsync(Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), JsonNode.Parse(answer[end..])!);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Ops.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    public static async Task<JsonNode> JsonOf(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
}
