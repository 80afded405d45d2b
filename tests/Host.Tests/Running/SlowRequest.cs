using System.Net.Sockets;
using System.Text;

namespace Host.Tests.Running;

/// <summary>A request whose body comes in pieces, as slowly as the test wishes.</summary>
internal sealed class SlowRequest : IDisposable
{
    private readonly Socket _socket;

    private SlowRequest(Socket socket) => _socket = socket;

    /// <summary>Returns when the call has begun to read the body: the request is under way, and not only on the wire.</summary>
    public static async Task<SlowRequest> StartAsync(Uri host, string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host.Host, host.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"));
        var answer = new byte[256];
        var length = await socket.ReceiveAsync(answer);
        Assert.StartsWith("HTTP/1.1 100 Continue", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        return new SlowRequest(socket);
    }

    /// <summary>White space, so that the server doesn't give the request up as stalled (below 240 bytes a second).</summary>
    public Task StayAwakeAsync() => SendAsync(new string(' ', 256));

    public async Task SendAsync(string piece) => await _socket.SendAsync(Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n{piece}\r\n"));

    /// <summary>Ends the body and reads until the server closes.</summary>
    public async Task<string> EndAsync()
    {
        await _socket.SendAsync("0\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(new NetworkStream(_socket));
        return await reader.ReadToEndAsync();
    }

    public void Dispose() => _socket.Dispose();
}
