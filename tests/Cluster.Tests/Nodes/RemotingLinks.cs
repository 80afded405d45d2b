using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Tests.Nodes;

/// <summary>
/// The network between the nodes' remoting ports, which can be cut. Every node is known to the others by an address of
/// its own that listens here, and what comes is carried to the node. A cut link carries nothing, both ways, and
/// closes nothing: as in a network that loses packets, neither side is told. What waits in it is delivered when it heals.
/// </summary>
internal sealed class RemotingLinks : IAsyncDisposable
{
    private const string HostPrefix = "127.0.1.";

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Task> _listening = [];
    private readonly ConcurrentDictionary<Task, bool> _carrying = [];
    private Dictionary<string, int> _islands = [];
    private TaskCompletionSource _healed = Completed();

    /// <summary>The address under which node <paramref name="number"/> is known, of which <paramref name="bindPort"/> is where it listens.</summary>
    public string Open(int number, int publicPort, int bindPort)
    {
        var host = $"{HostPrefix}{number}";
        var listener = new TcpListener(IPAddress.Parse(host), publicPort);
        listener.Start();
        _listening.Add(ListenAsync(listener, host, bindPort));
        return $"{host}:{publicPort}";
    }

    /// <summary>Cuts the nodes of each of these groups of addresses off from all others; within a group they stay connected.</summary>
    public void Isolate(params IReadOnlyList<IReadOnlyList<string>> groups)
    {
        lock (_gate)
        {
            _healed.TrySetResult();
            _islands = groups.SelectMany((group, island) => group.Select(address => (address.Split(':')[0], island + 1))).ToDictionary();
            _healed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Heal()
    {
        lock (_gate)
        {
            _islands = [];
            _healed.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Heal();
        await _ended.CancelAsync();
        await Task.WhenAll([.. _listening, .. _carrying.Keys]);
        _ended.Dispose();
    }

    private async Task ListenAsync(TcpListener listener, string host, int bindPort)
    {
        try
        {
            while (true)
            {
                var carrying = CarryAsync(await listener.AcceptTcpClientAsync(_ended.Token), host, bindPort);
                _carrying.TryAdd(carrying, true);
                _ = carrying.ContinueWith(done => _carrying.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            listener.Stop();
        }
    }

    private async Task CarryAsync(TcpClient caller, string host, int bindPort)
    {
        using var node = new TcpClient();
        try
        {
            using (caller)
            {
                // Who calls stands in the first words of Akka's handshake.
                var first = new byte[4096];
                var length = 0;
                string? from = null;
                while (from is null)
                {
                    var read = await caller.GetStream().ReadAsync(first.AsMemory(length), _ended.Token);
                    if (read == 0) return;
                    length += read;
                    from = HostIn(first.AsSpan(0, length));
                }

                await WhenConnectedAsync(from, host);
                await node.ConnectAsync(IPAddress.Loopback, bindPort, _ended.Token);
                caller.NoDelay = node.NoDelay = true;
                await node.GetStream().WriteAsync(first.AsMemory(0, length), _ended.Token);
                // When one direction ends, so does the other: the connection is gone.
                await await Task.WhenAny(
                    PumpAsync(caller.GetStream(), node.GetStream(), from, host),
                    PumpAsync(node.GetStream(), caller.GetStream(), from, host));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A node that ended, or the test.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, string one, string other)
    {
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, _ended.Token)) > 0)
        {
            await WhenConnectedAsync(one, other);
            await to.WriteAsync(buffer.AsMemory(0, read), _ended.Token);
        }

        // The end of a connection doesn't pass a cut either.
        await WhenConnectedAsync(one, other);
    }

    private async Task WhenConnectedAsync(string one, string other)
    {
        while (true)
        {
            Task healed;
            lock (_gate)
            {
                if (_islands.GetValueOrDefault(one) == _islands.GetValueOrDefault(other)) return;
                healed = _healed.Task;
            }

            await healed.WaitAsync(_ended.Token);
        }
    }

    /// <summary>The host's name is followed by another field, so it is whole when something follows.</summary>
    private static string? HostIn(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOf("127.0.1."u8);
        if (start < 0) return null;
        var digits = bytes[(start + HostPrefix.Length)..];
        var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end <= 0 ? null : HostPrefix + System.Text.Encoding.ASCII.GetString(digits[..end]);
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
