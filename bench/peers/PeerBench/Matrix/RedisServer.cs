using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Hosting;
using Sources.Tests.Brokers;

namespace PeerBench.Matrix;

/// <summary>A Redis of its own with an append-only file in a temporary folder, on a port of loopback.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly KeptProcess _server;

    private RedisServer(string sync)
    {
        Port = FreePorts.Take(1)[0];
        Folder = Directory.CreateTempSubdirectory("gpucredit-peers-redis-").FullName;
        _server = KeptProcess.Start(
            Folder,
            new Dictionary<string, string>(),
            "redis-server", "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", Folder, "--pidfile", PidFile,
            "--appendonly", "yes", "--appendfsync", sync, "--save", "", "--auto-aof-rewrite-percentage", "0",
            "--maxmemory", "0", "--lua-time-limit", "60000", "--protected-mode", "yes");
    }

    public int Port { get; }

    public string Folder { get; }

    public int ProcessId => int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture);

    private string PidFile => Path.Combine(Folder, "redis.pid");

    /// <param name="sync">appendfsync: always (before the answer) or everysec.</param>
    public static async Task<RedisServer> StartAsync(string sync)
    {
        var server = new RedisServer(sync);
        using var within = new CancellationTokenSource(AnswersWithin);
        while (!await server.AnswersAsync())
            await Task.Delay(Pause, within.Token);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        if (!File.Exists(PidFile) || new FileInfo(PidFile).Length == 0)
            return false;
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer);
            return answer.AsSpan().SequenceEqual("+PONG"u8);
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return false;
        }
    }
}
