using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Sources.Tests.Running;

namespace Sources.Tests.Brokers;

/// <summary>A nats-server with JetStream of its own: a temporary folder, a port on loopback, an ordinary process.</summary>
internal sealed class NatsServer : ITestBroker
{
    public const string Stream = "usage";
    public const string Subject = "usage.>";
    public const string DeadLetterStream = "gpucredit-dead-usage";

    private string _folder = "";
    private string[] _options = [];
    private Func<NatsOpts, NatsOpts> _client = options => options;
    private KeptProcess? _process;
    private NatsConnection? _connection;

    public int Port { get; } = Ports.Take(1)[0];

    public string Kind => "nats";

    public string DeadLetterSubject => "gpucredit.dead.usage";

    /// <summary>Who signs the certificate of a server with TLS.</summary>
    public string? CaFile { get; private init; }

    public static Task<NatsServer> StartAsync() => StartAsync(new NatsServer());

    /// <summary>One that asks who it is.</summary>
    /// <param name="client">How the test itself logs in.</param>
    /// <param name="options">On the server's command line.</param>
    public static Task<NatsServer> StartAsync(NatsAuthOpts client, params string[] options) =>
        StartAsync(new NatsServer { _options = options, _client = plain => plain with { AuthOpts = client } });

    public static Task<NatsServer> StartWithTlsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("gpucredit-nats-").FullName;
        var authority = new SelfMadeAuthority(folder);
        return StartAsync(new NatsServer
        {
            _folder = folder,
            CaFile = authority.CaFile,
            _options = ["--tls", "--tlscert", authority.CertificateFile, "--tlskey", authority.KeyFile],
            _client = plain => plain with { TlsOpts = NatsTlsOpts.Default with { CaFile = authority.CaFile } },
        });
    }

    private static async Task<NatsServer> StartAsync(NatsServer server)
    {
        if (server._folder.Length == 0)
            server._folder = Directory.CreateTempSubdirectory("gpucredit-nats-").FullName;
        await server.StartAgainAsync();
        return server;
    }

    public string[] Settings(int port, string source) =>
        [$"--GpuCredit:Sources:{source}:Kind", "nats", $"--GpuCredit:Sources:{source}:Address", $"nats://127.0.0.1:{port}",
            $"--GpuCredit:Sources:{source}:Stream", Stream, $"--GpuCredit:Sources:{source}:Subject", Subject,
            $"--GpuCredit:Sources:{source}:Create", "true", $"--GpuCredit:Sources:{source}:AckWaitSeconds", "3",
            $"--GpuCredit:Sources:{source}:DeadLetter", DeadLetterSubject, $"--GpuCredit:Sources:{source}:DeadLetterStream", DeadLetterStream];

    public NatsConnection Connection => _connection ??= new NatsConnection(Client() with { MaxReconnectRetry = -1, ReconnectWaitMax = TimeSpan.FromMilliseconds(200) });

    public NatsJSContext JetStream() => new(Connection);

    public async Task StartAgainAsync()
    {
        _process = KeptProcess.Start(
            _folder, new Dictionary<string, string>(), [Programs.Get("nats-server"), "-a", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-js", "-sd", Path.Combine(_folder, "data"), .. _options]);
        await Eventually.TrueAsync(AnswersAsync, TimeSpan.FromSeconds(30), () => File.ReadAllText(Path.Combine(_folder, "server.log")));
    }

    public Task StopAsync(bool abruptly) => _process!.EndAsync(abruptly ? "KILL" : "TERM");

    public Task CutAsync(CuttingProxy proxy) => Eventually.TrueAsync(() => proxy.Cut() > 0, "there is a connection to cut");

    public async Task PublishAsync(IReadOnlyList<byte[]> bodies)
    {
        var js = JetStream();
        foreach (var chunk in bodies.Chunk(100))
        {
            await Task.WhenAll(chunk.Select(async body =>
            {
                // A confirmation that is lost makes a second message of it, which the ledger takes for what it is.
                for (; ; )
                {
                    try
                    {
                        (await js.PublishAsync("usage.events", body)).EnsureSuccess();
                        return;
                    }
                    catch (Exception fault) when (fault is NatsException or NatsJSException or OperationCanceledException)
                    {
                        await Task.Delay(50);
                    }
                }
            }));
        }
    }

    /// <summary>One message, with headers.</summary>
    public async Task PublishAsync(byte[] body, NatsHeaders headers) =>
        (await JetStream().PublishAsync("usage.events", body, headers: headers)).EnsureSuccess();

    public async Task<IReadOnlyList<ReadLetter>> DeadLettersAsync()
    {
        var letters = new List<ReadLetter>();
        var js = JetStream();
        var stream = await js.GetStreamAsync(DeadLetterStream);
        var left = stream.Info.State.Messages;
        if (left == 0)
            return letters;
        var consumer = await js.CreateOrUpdateConsumerAsync(DeadLetterStream, new ConsumerConfig { AckPolicy = ConsumerConfigAckPolicy.None });
        await foreach (var message in consumer.FetchAsync<byte[]>(new NatsJSFetchOpts { MaxMsgs = (int)left, Expires = TimeSpan.FromSeconds(10) }))
            letters.Add(new(message.Data ?? [], message.Headers!.ToDictionary(header => header.Key, header => header.Value.ToString())));
        return letters;
    }

    /// <summary>The stream that the source makes keeps a message until it is acknowledged.</summary>
    public async Task<long> LeftAsync() => (await JetStream().GetStreamAsync(Stream)).Info.State.Messages;

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private NatsOpts Client() => _client(NatsOpts.Default with { Url = $"nats://127.0.0.1:{Port}" });

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process!.HasExited);
        try
        {
            await using var connection = new NatsConnection(Client());
            await new NatsJSContext(connection).GetAccountInfoAsync();
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }
}
