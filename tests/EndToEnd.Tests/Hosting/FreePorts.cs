using System.Net;
using System.Net.Sockets;

namespace EndToEnd.Tests.Hosting;

/// <summary>
/// Ports below the range that Linux takes outgoing ports from (32768 and up). A client that keeps knocking on
/// a closed port of that range can be given the very port as its own, connect to itself, and keep it from the Host.
/// </summary>
internal static class FreePorts
{
    private const int First = 12_000;
    private const int Last = 30_000;

    private static readonly Random _random = new(Environment.ProcessId);

    public static int[] Take(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
        {
            var port = _random.Next(First, Last);
            if (IsFree(port)) ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
