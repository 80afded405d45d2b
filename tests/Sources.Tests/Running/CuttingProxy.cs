using System.Net;
using System.Net.Sockets;

namespace Sources.Tests.Running;

/// <summary>Stands between the Host and a broker, and cuts every connection when told to, wherever in a message it is.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _brokerPort;
    private readonly Action<Span<byte>>? _toBroker;
    private readonly Action<Span<byte>>? _toClient;
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;

    /// <param name="brokerPort">Where the broker listens.</param>
    /// <param name="toBroker">Changes bytes on their way there, in place; none unless it is given.</param>
    /// <param name="toClient">And on their way back.</param>
    public CuttingProxy(int brokerPort, Action<Span<byte>>? toBroker = null, Action<Span<byte>>? toClient = null)
    {
        (_brokerPort, _toBroker, _toClient) = (brokerPort, toBroker, toClient);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <returns>How many sockets were cut.</returns>
    public int Cut()
    {
        Socket[] open;
        lock (_gate)
        {
            open = [.. _open];
            _open.Clear();
        }

        foreach (var socket in open)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0); // a reset, and not a polite end
            }
            catch (ObjectDisposedException)
            {
                // It has ended by itself in this moment.
            }

            socket.Dispose();
        }

        return open.Length;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Cut();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync();
                _ = ServeAsync(client);
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var broker = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.NoDelay = broker.NoDelay = true;
            Hold(client, broker);
            await broker.ConnectAsync(IPAddress.Loopback, _brokerPort);
            await Task.WhenAny(PumpAsync(client, broker, _toBroker), PumpAsync(broker, client, _toClient));
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The broker is down, or the connection was cut.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(client);
                _open.Remove(broker);
            }

            client.Dispose();
            broker.Dispose();
        }
    }

    private void Hold(params ReadOnlySpan<Socket> sockets)
    {
        lock (_gate)
        {
            foreach (var socket in sockets)
                _open.Add(socket);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Action<Span<byte>>? change)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                change?.Invoke(buffer.AsSpan(0, read));
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
