using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace UnreliableNetwork;

/// <summary>
/// A TCP proxy between a client and a server that delays, throttles, refuses, cuts in the middle of a message, swallows and repeats.
/// What happens to the n-th connection depends on the seed and n only.
/// </summary>
/// <remarks>
/// What is repeated is a connection's whole byte stream from its start, on a connection of its own whose answers nobody reads. So a
/// repeated request is whole for the server, over HTTP/1.1 as over HTTP/2, whose header compression leans on what came before.
/// </remarks>
internal sealed class UnreliableProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly int _seed;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, Task> _connections = new();
    private readonly Task _accepting;
    private volatile NetworkFaults _faults;
    private int _count;

    /// <param name="target">The server, on the loopback.</param>
    /// <param name="faults">What the network does, until told otherwise.</param>
    /// <param name="seed">Print it.</param>
    public UnreliableProxy(Uri target, NetworkFaults faults, int seed)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target.Port);
        _faults = faults;
        _seed = seed;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>For connections from now on.</summary>
    public NetworkFaults Faults
    {
        get => _faults;
        set => _faults = value;
    }

    public NetworkTally Tally { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                var number = ++_count;
                _connections[number] = RunAsync(client, new ConnectionPlan(_faults, _seed, number));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task RunAsync(Socket client, ConnectionPlan plan)
    {
        await Task.Yield();
        Tally.Connections++;
        try
        {
            using (client)
            {
                if (plan.IsRefused)
                {
                    Tally.Refused++;
                    Reset(client);
                    return;
                }

                await using var connection = new ProxiedConnection(client, plan, Tally, _stop.Token);
                await connection.RunAsync(_target);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // One of the two ends went away, or the proxy does.
        }
    }

    internal static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }
}
