using System.Net.Sockets;
using System.Text;
using Host.Tests.Running;
using Microsoft.Extensions.Logging;

namespace Host.Tests.Http;

/// <summary>Callers whose connection is reset in the middle of a body: nobody's fault, and nothing half-done.</summary>
public sealed class ResetTests
{
    private const int Resets = 20;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("/v1/entries", "application/x-ndjson", "{\"accountId\":\"reset\",\"usageId\":\"u\",\"amount\":1,\"timestamp\":1}\n")]
    [InlineData("/v1/entries", "application/json", "[{\"accountId\":\"reset\",\"usageId\":\"u\",\"amount\":1,\"timestamp\":1},")]
    [InlineData("/v1/events", "application/cloudevents-batch+json", "[{\"specversion\":\"1.0\",\"type\":\"gpucredit.usage.v1\",\"source\":\"/t\",\"subject\":\"reset\",\"id\":\"u\",\"data\":{\"amount\":1,\"timestamp\":1}},")]
    [InlineData("/v1/events", "application/cloudevents+json", "{\"specversion\":\"1.0\",")]
    [InlineData("/v1/accounts/reset/usages", "application/json", "{\"usageId\":\"u\",")]
    public async Task A_connection_that_is_reset_in_the_middle_of_a_body_is_no_error_and_stores_nothing(string path, string contentType, string half)
    {
        var lines = new ErrorLines();
        await using var host = await InProcessHost.StartAsync(builder => builder.Logging.AddProvider(lines), "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Information");
        for (var i = 0; i < Resets; i++)
            await ResetAsync(host.Client.BaseAddress!, path, contentType, half);
        await Eventually.TrueAsync(() => Task.FromResult(lines.Finished("POST") == Resets), Soon, "all requests to end");
        Assert.Empty(lines.Errors);
        Assert.Equal(0, (int)(await host.GetJsonAsync("/v1/accounts/reset/balance?at=1")).Body["version"]!);
    }

    /// <summary>Half of what the length promises, once the call has begun to read; then a reset rather than an orderly end.</summary>
    private static async Task ResetAsync(Uri host, string path, string contentType, string half)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host.Host, host.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {contentType}\r\nContent-Length: {half.Length * 2}\r\nExpect: 100-continue\r\n\r\n"));
        var answer = new byte[256];
        var length = await socket.ReceiveAsync(answer);
        Assert.StartsWith("HTTP/1.1 100 Continue", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        await socket.SendAsync(Encoding.ASCII.GetBytes(half));
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
    }
}
