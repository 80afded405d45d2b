using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GpuCredit.Host.Hosting;
using Host.Tests.EventStore;
using Host.Tests.Running;

namespace Host.Tests.Hosting;

/// <summary>The process itself: what its users, its supervisor and its log see.</summary>
public sealed class StartAndStopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string[], string> Wrong => new()
    {
        { ["--GpuCredit:Store", "mysql"], "GpuCredit:Store must be sqlite, postgres or memory" },
        { ["--GpuCredit:Stroe", "memory"], "GpuCredit:Stroe is not a setting" },
        { ["--GpuCredit:ConnectionString", "Data Source=/proc/nowhere/ledger.db"], "/proc/nowhere can't be made" },
        { ["--GpuCredit:ConnectionString", "Nonsense=1"], "GpuCredit:ConnectionString" },
        { ["--GpuCredit:Store", "postgres"], "GpuCredit:ConnectionString is missing" },
        { ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", "Host=db;Usrname=me"], "GpuCredit:ConnectionString can't be read as one for PostgreSQL (by 'usrname')" },
        { ["--GpuCredit:Cluster:Seeds", "other:4053"], "GpuCredit:Cluster:Seeds names other nodes" },
        { ["--urls", "https://127.0.0.1:0"], "urls asks for https" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_setting_is_one_sentence_on_stderr_and_exit_code_2(string[] args, string sentence) => await RefusedAsync(args, sentence);

    [Theory]
    [InlineData("akka:cluster:down-removal-margin", "soon")]
    [InlineData("akka:cluster:sharding:handoff-timeout", "later")]
    public async Task A_setting_of_the_actor_system_that_cannot_be_read_is_named_with_its_value(string key, string value)
    {
        // Akka itself writes to the log as well.
        await using var child = ChildProcess.Start(_folder.Path, ["--GpuCredit:Store", "memory", "--urls", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", $"--{key}", value]);
        Assert.Equal(ExitCode.StartRefused, await child.EndAsync());
        Assert.Contains($"{key} is of another kind than Akka expects there (a duration is written as 500ms, 2s or 1m): The input string '{value}'", child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_setting_in_the_environment_is_named_too()
    {
        await using var child = ChildProcess.Start(_folder.Path, new Dictionary<string, string> { ["GpuCredit__Cluster__Port"] = "none" });
        Assert.Equal(ExitCode.StartRefused, await child.EndAsync());
        Assert.Contains("GpuCredit:Cluster:Port", child.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls")]
    [InlineData("GpuCredit:GrpcUrl")]
    [InlineData("GpuCredit:OpsUrl")]
    [InlineData("GpuCredit:Cluster:Port")]
    public async Task A_port_that_is_taken_is_named(string key)
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await RefusedAsync([$"--{key}", key.EndsWith(":Port", StringComparison.Ordinal) ? $"{port}" : $"http://127.0.0.1:{port}"], $"{key} asks to listen on", "the port is taken");
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Theory]
    [InlineData("GpuCredit:OpsUrl", "http://localhost:{0}")]
    [InlineData("GpuCredit:OpsUrl", "http://*:{0}")]
    [InlineData("GpuCredit:Cluster:Port", "{0}")]
    public async Task Two_settings_that_ask_for_one_port_are_named_however_they_are_spelled(string key, string value)
    {
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        await RefusedAsync(["--urls", $"http://127.0.0.1:{port}", $"--{key}", value.Replace("{0}", port, StringComparison.Ordinal)], $"{key} asks to listen on", "the port is taken");
    }

    [Fact]
    public async Task A_door_that_nothing_here_knows_of_is_refused() =>
        await RefusedAsync(["--Kestrel:Endpoints:X:Url", "http://127.0.0.1:0"], "Kestrel:Endpoints", "use urls");

    [Fact]
    public async Task A_wrong_log_level_is_a_sentence() => await RefusedAsync(["--Logging:LogLevel:Default", "Foo"], "Logging", "Foo");

    [Fact]
    public async Task A_file_where_the_data_folder_should_be_is_named()
    {
        await File.WriteAllTextAsync(_folder["data"], "");
        await RefusedAsync([], $"{_folder["data"]} is a file");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_drains_what_is_under_way_and_ends_with_0(string signal)
    {
        var port = FreePort();
        await using var child = Start($"http://127.0.0.1:{port}");
        await child.ListeningAsync();
        Assert.True(File.Exists(_folder["data/gpucredit.db"]), "the data is in the working directory");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Eventually.TrueAsync(async () => (await client.GetAsync("/healthz/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(60), "ready");

        using var request = await SlowRequest.StartAsync(client.BaseAddress, "/v1/accounts/a/credits");
        await request.SendAsync("""{"creditId":"c","amount":10,""");
        child.Signal(signal);
        await Eventually.TrueAsync(
            async () =>
            {
                await request.StayAwakeAsync();
                return child.Output.Contains("Stopping", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(30),
            "the Host stops");
        await request.SendAsync(""" "timestamp":1,"expiration":30}""");
        Assert.Contains("""{"status":"recorded","version":1}""", await request.EndAsync(), StringComparison.Ordinal);

        Assert.Equal(ExitCode.Stopped, await child.EndAsync());
        Assert.Equal("", child.Error);
        Assert.DoesNotContain("fail:", child.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warn:", child.Output, StringComparison.Ordinal);
        Assert.All(child.Output.TrimEnd('\n').Split('\n'), line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: ", line));
    }

    [Fact]
    public async Task What_was_recorded_is_there_after_a_kill()
    {
        const string Credit = """{"creditId":"c","amount":10,"timestamp":1,"expiration":30}""";
        var port = FreePort();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        for (var run = 0; run < 2; run++)
        {
            await using var child = Start($"http://127.0.0.1:{port}");
            await child.ListeningAsync();
            await Eventually.TrueAsync(async () => (await client.GetAsync("/healthz/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(60), "ready");
            using var content = new StringContent(Credit, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("/v1/accounts/kept/credits", content);
            Assert.Equal(run == 0 ? """{"status":"recorded","version":1}""" : """{"status":"duplicate","version":1}""", await answer.Content.ReadAsStringAsync());
            child.Signal("KILL");
            await child.EndAsync();
        }
    }

    [Fact]
    public async Task The_start_is_one_line_that_says_where_it_listens_its_store_and_its_version()
    {
        await using var child = Start("http://127.0.0.1:0");
        await child.ListeningAsync();
        child.Signal("TERM");
        await child.EndAsync();
        var line = child.Output.Split('\n')[0];
        Assert.Matches(@"GpuCredit \d+\.\d+\.\d+ listens on http://127\.0\.0\.1:\d+ \(gRPC: http://127\.0\.0\.1:\d+, operators: http://127\.0\.0\.1:\d+\); event store: SQLite in .+/data/gpucredit\.db$", line);
    }

    [Theory]
    [InlineData("event-entries-max = 4096", "event-entries-max = 0", "gpucredit.account.event-entries-max must be a whole number from 1")]
    [InlineData("entries-in-flight-max = 100000", "entries-in-flight-max = -5", "gpucredit.account.client.entries-in-flight-max must be a whole number from 1")]
    [InlineData("gpucredit {", "gpucredit { a = ${nowhere}", "reference.conf can't be read as HOCON")]
    public async Task A_wrong_value_in_a_file_beside_the_binary_is_named(string right, string wrong, string sentence)
    {
        var binary = Directory.CreateDirectory(_folder["binary"]).FullName;
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(binary, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var settings = Path.Combine(binary, "hocon", "reference.conf");
        var text = await File.ReadAllTextAsync(settings);
        Assert.Contains(right, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(settings, text.Replace(right, wrong, StringComparison.Ordinal));
        await using var child = ChildProcess.StartFrom(binary, _folder.Path, "--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0");
        Assert.Equal(ExitCode.StartRefused, await child.EndAsync());
        Assert.Contains(sentence, child.Error, StringComparison.Ordinal);
        Assert.Single(child.Error.TrimEnd('\n').Split('\n'));
    }

    private ChildProcess Start(string urls) => ChildProcess.Start(_folder.Path, "--urls", urls, "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0");

    private async Task RefusedAsync(string[] args, params string[] parts)
    {
        await using var child = ChildProcess.Start(_folder.Path, ["--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0", .. args]);
        Assert.Equal(ExitCode.StartRefused, await child.EndAsync());
        Assert.All(parts, part => Assert.Contains(part, child.Error, StringComparison.Ordinal));
        Assert.Single(child.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal("", child.Output);
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
