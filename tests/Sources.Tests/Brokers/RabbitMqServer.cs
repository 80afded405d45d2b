using System.Diagnostics;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sources.Tests.Running;

namespace Sources.Tests.Brokers;

/// <summary>
/// A rabbitmq-server of its own: a temporary folder, a name of its own among Erlang's nodes, a port mapper of its own (epmd would
/// otherwise stay behind, for everybody), ports on loopback, ordinary processes of the current user.
/// </summary>
internal sealed class RabbitMqServer : ITestBroker
{
    public const string Queue = "usage";

    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("gpucredit-rabbitmq-").FullName;
    private readonly int[] _ports = Ports.Take(4);
    private readonly Dictionary<string, string> _environment;
    private readonly SelfMadeAuthority _authority;
    private KeptProcess? _mapper;
    private KeptProcess? _process;

    private RabbitMqServer()
    {
        _authority = new SelfMadeAuthority(_folder);
        var name = string.Create(CultureInfo.InvariantCulture, $"gpucredit{Port}@localhost");
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = _folder, // the Erlang cookie
            ["ERL_EPMD_PORT"] = Number(_ports[2]),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RUNNING_UNDER_SYSTEMD"] = "true", // the start script becomes the server, so that a signal reaches it
            ["RABBITMQ_NODENAME"] = name,
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = Number(Port),
            ["RABBITMQ_DIST_PORT"] = Number(_ports[1]),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = _folder,
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(_folder, "config"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
        };
    }

    public string Kind => "rabbitmq";

    public int Port => _ports[0];

    /// <summary>Where it speaks TLS.</summary>
    public int TlsPort => _ports[3];

    /// <summary>Who signs its certificate.</summary>
    public string CaFile => _authority.CaFile;

    public static async Task<RabbitMqServer> StartAsync()
    {
        var server = new RabbitMqServer();
        Directory.CreateDirectory(Path.Combine(server._folder, "mapper"));
        await File.WriteAllTextAsync(Path.Combine(server._folder, "enabled_plugins"), "[].\n");
        await File.WriteAllLinesAsync(
            Path.Combine(server._folder, "rabbitmq.conf"),
            [
                $"listeners.ssl.1 = 127.0.0.1:{Number(server.TlsPort)}", $"ssl_options.cacertfile = {server._authority.CaFile}",
                $"ssl_options.certfile = {server._authority.CertificateFile}", $"ssl_options.keyfile = {server._authority.KeyFile}",
                "ssl_options.verify = verify_none", "ssl_options.fail_if_no_peer_cert = false",
            ]);
        server._mapper = KeptProcess.Start(Path.Combine(server._folder, "mapper"), server._environment, Programs.Get("epmd"), "-port", Number(server._ports[2]), "-address", "127.0.0.1");
        await server.StartAgainAsync();
        return server;
    }

    public string[] Settings(int port, string source) =>
        [$"--GpuCredit:Sources:{source}:Kind", "rabbitmq", $"--GpuCredit:Sources:{source}:Address", $"amqp://127.0.0.1:{port}",
            $"--GpuCredit:Sources:{source}:Queue", Queue, $"--GpuCredit:Sources:{source}:Create", "true"];

    public async Task StartAgainAsync()
    {
        _process = KeptProcess.Start(_folder, _environment, "/usr/lib/rabbitmq/bin/rabbitmq-server");
        await Eventually.TrueAsync(AnswersAsync, StartsWithin, () => File.ReadAllText(Path.Combine(_folder, "server.log")));
    }

    public Task StopAsync(bool abruptly) => _process!.EndAsync(abruptly ? "KILL" : "TERM");

    public Task<IConnection> ConnectAsync() => new ConnectionFactory { HostName = "127.0.0.1", Port = Port, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    public Task CutAsync(CuttingProxy proxy) => Eventually.TrueAsync(() => proxy.Cut() > 0, "there is a connection to cut");

    public Task PublishAsync(IReadOnlyList<byte[]> bodies) => PublishAsync(Queue, bodies);

    public async Task PublishAsync(string queue, IReadOnlyList<byte[]> bodies)
    {
        var left = bodies.ToList();
        while (left.Count > 0)
        {
            try
            {
                await using var connection = await ConnectAsync();
                await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
                while (left.Count > 0)
                {
                    // What isn't confirmed is sent again; the ledger takes a second one for what it is.
                    var chunk = left.Take(100).ToList();
                    await Task.WhenAll(chunk.Select(body => channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true, ContentType = "application/json" }, body).AsTask()));
                    left.RemoveRange(0, chunk.Count);
                }
            }
            catch (Exception fault) when (fault is RabbitMQClientException or IOException or OperationCanceledException or TimeoutException or ObjectDisposedException)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>One message, with properties of its own.</summary>
    public async Task PublishAsync(string queue, byte[] body, BasicProperties properties)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
    }

    public Task<IReadOnlyList<ReadLetter>> DeadLettersAsync() => DeadLettersAsync(Queue);

    public async Task<IReadOnlyList<ReadLetter>> DeadLettersAsync(string queue)
    {
        var letters = new List<ReadLetter>();
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        while (await channel.BasicGetAsync($"{queue}.dead", autoAck: true) is { } letter)
        {
            letters.Add(new(
                letter.Body.ToArray(),
                letter.BasicProperties.Headers!.Where(header => header.Value is byte[]).ToDictionary(header => header.Key, header => Encoding.UTF8.GetString((byte[])header.Value!)),
                letter.BasicProperties.ContentType));
        }

        return letters;
    }

    /// <summary>What <c>rabbitmqctl</c> says to this.</summary>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/lib/rabbitmq/bin/rabbitmqctl", ["--quiet", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        using var control = Process.Start(start)!;
        var said = control.StandardOutput.ReadToEndAsync();
        var complained = control.StandardError.ReadToEndAsync();
        await control.WaitForExitAsync();
        Assert.True(control.ExitCode == 0, $"{await said}{await complained}");
        return await said;
    }

    /// <summary>Ready, since whoever holds some says so itself.</summary>
    public async Task<long> LeftAsync()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync(Queue);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        if (_mapper is not null)
            await _mapper.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            Assert.Fail(await File.ReadAllTextAsync(Path.Combine(_folder, "server.log")));
        try
        {
            await using var connection = await ConnectAsync();
            return true;
        }
        catch (BrokerUnreachableException)
        {
            return false;
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
