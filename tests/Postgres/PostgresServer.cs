using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Postgres;

/// <summary>
/// A PostgreSQL of its own: a temporary folder, a port on loopback, ordinary processes, with fsync on as in production.
/// It can be stopped, also as in a crash, and started again on the same port. It ends with the tests, however they end.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The role that the product connects as: it owns its database, and has no other right.</summary>
    public const string Role = "gpucredit";

    /// <summary>Of a server that nobody else can reach, for the length of a test; it guards nothing.</summary>
    public const string Password = "only-for-tests";

    private const string Superuser = "postgres";
    private const int PortMin = 20_000;
    private const int Ports = 10_000;

    /// <summary>
    /// Waits for a line that names the signal that ends the server. The end of its input means that the tests were killed:
    /// then it takes the server and the folder away.
    /// </summary>
    private const string Keeper =
        """
        trap '' HUP INT TERM
        folder=$1; shift
        exec >>"$folder/server.log" 2>&1
        "$@" </dev/null &
        server=$!
        if read -r signal; then
          kill -"$signal" "$server"; wait "$server"
        else
          kill -QUIT "$server"; wait "$server"; rm -rf "$folder"
        fi
        """;

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(60);
    private static int s_nextPort = Environment.ProcessId;

    private readonly string _folder;
    private readonly string[] _settings;
    private Process? _keeper;
    private string[] _paused = [];

    private PostgresServer(string folder, string[] settings)
    {
        _folder = folder;
        _settings = settings;
        Port = FreePort();
    }

    public int Port { get; }

    public bool IsRunning => _keeper is not null;

    /// <summary>The server ended by itself, as when its disk is full. Then <see cref="RestartAsync"/> is its supervisor.</summary>
    public bool HasDied => IsRunning && !(File.Exists(PidFile) && Directory.Exists($"/proc/{File.ReadLines(PidFile).First()}"));

    /// <summary>What the server has logged.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(_folder, "server.log");

    /// <param name="settings">As in postgresql.conf: "max_connections=20".</param>
    public static Task<PostgresServer> StartAsync(params string[] settings) =>
        StartInAsync(Directory.CreateTempSubdirectory("gpucredit-postgres-").FullName, settings);

    /// <summary>In a folder of the caller's, which is deleted with the server.</summary>
    public static async Task<PostgresServer> StartInAsync(string folder, params string[] settings)
    {
        var server = new PostgresServer(folder, settings);
        try
        {
            await server.InitializeAsync();
            await server.StartAgainAsync();
            await server.ExecuteAsync("postgres", $"CREATE ROLE {Role} LOGIN PASSWORD '{Password}'");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As the product's role.</summary>
    public string ConnectionString(string database) => For(database, Role).ConnectionString;

    /// <summary>As the superuser, unpooled: what the test does to the server.</summary>
    public string SuperuserConnectionString(string database)
    {
        var superuser = For(database, Superuser);
        superuser.Pooling = false;
        return superuser.ConnectionString;
    }

    /// <summary>For a program of the product's role that has one of a database's tables for itself, empty, and shares the others.</summary>
    public async Task<string> WithOwnTableAsync(string database, string table)
    {
        await ExecuteAsync(database, $"CREATE SCHEMA own AUTHORIZATION {Role}; CREATE TABLE own.{table} (LIKE public.{table} INCLUDING ALL); ALTER TABLE own.{table} OWNER TO {Role}");
        var apart = For(database, Role);
        apart.SearchPath = "own,public";
        return apart.ConnectionString;
    }

    /// <summary>Makes an empty database that belongs to the product's role, and answers its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} OWNER {Role}");
        return ConnectionString(name);
    }

    /// <summary>Starts it after a stop, and returns when it answers.</summary>
    public async Task StartAgainAsync()
    {
        if (IsRunning)
            throw new InvalidOperationException("The server is running.");
        string[] options = ["listen_addresses=127.0.0.1", $"unix_socket_directories={_folder}", "shared_buffers=64MB", "max_connections=200", .. _settings];
        _keeper = PostgresBinaries.Start(
            "sh",
            ["-c", Keeper, "sh", _folder, Program("postgres"), "-D", DataFolder, "-p", Port.ToString(CultureInfo.InvariantCulture), .. options.SelectMany(option => new[] { "-c", option })]);
        await AnswersAsync();
    }

    public async Task StopAsync(PostgresStop mode = PostgresStop.Fast)
    {
        if (_keeper is not { } keeper)
            return;
        _keeper = null;
        await keeper.StandardInput.WriteLineAsync(mode == PostgresStop.Fast ? "INT" : "QUIT");
        await keeper.WaitForExitAsync();
        keeper.Dispose();
    }

    public async Task RestartAsync(PostgresStop mode = PostgresStop.Fast)
    {
        await StopAsync(mode);
        await StartAgainAsync();
    }

    /// <summary>Freezes the server's processes: connections stay open, and nobody answers.</summary>
    public void Pause()
    {
        var postmaster = File.ReadLines(PidFile).First();
        // The postmaster first, so that no more come.
        Signal("STOP", [postmaster]);
        _paused = [.. File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries), postmaster];
        Signal("STOP", _paused);
    }

    public void Resume()
    {
        Signal("CONT", _paused);
        _paused = [];
    }

    /// <summary>Cuts every connection to a database, and answers how many there were.</summary>
    public async Task<int> TerminateConnectionsAsync(string database) => (int)(long)(await AskAsync(
        "postgres", $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()"))!;

    /// <summary>As the superuser.</summary>
    public async Task ExecuteAsync(string database, string statement) => await AskAsync(database, statement);

    /// <summary>The first value of the first row, as the superuser.</summary>
    public async Task<object?> AskAsync(string database, string question)
    {
        await using var connection = new NpgsqlConnection(SuperuserConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(question, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Every row, its columns joined with a bar, as the superuser.</summary>
    public async Task<string[]> RowsAsync(string database, string question)
    {
        await using var connection = new NpgsqlConnection(SuperuserConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(question, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture))));
        return [.. rows];
    }

    public async ValueTask DisposeAsync()
    {
        Resume();
        await StopAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private string PidFile => Path.Combine(DataFolder, "postmaster.pid");

    private string DataFolder => Path.Combine(_folder, "data");

    private static string Program(string name) => Path.Combine(
        PostgresBinaries.Folder ?? throw new InvalidOperationException("PostgreSQL isn't installed (./test.sh installs it)."), name);

    private async Task InitializeAsync()
    {
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        await PostgresBinaries.GiveAsync(_folder);
        // What initdb writes needs no sync: a power cut in a test run loses nothing. The server syncs.
        await PostgresBinaries.RunAsync(
            Program("initdb"), "-D", DataFolder, "-U", Superuser, "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C", "--no-sync");
    }

    private async Task AnswersAsync()
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await AskAsync("postgres", "SELECT 1");
                return;
            }
            catch (NpgsqlException notYet)
            {
                if (started.Elapsed > AnswersWithin)
                    throw new InvalidOperationException($"PostgreSQL doesn't answer within {AnswersWithin}: {Log}", notYet);
                await Task.Delay(50);
            }
        }
    }

    private NpgsqlConnectionStringBuilder For(string database, string role) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = role,
        Password = Password,
    };

    private static void Signal(string signal, string[] processes)
    {
        if (processes.Length == 0)
            return;
        using var kill = Process.Start("kill", [$"-{signal}", .. processes]);
        kill.WaitForExit();
    }

    // Below the ports that connections leave from: while the server is down, a client that tries and tries could otherwise
    // be given the server's port as its own, and connect to itself.
    private static int FreePort()
    {
        for (var tries = 0; tries < Ports; tries++)
        {
            var port = PortMin + (int)((uint)Interlocked.Increment(ref s_nextPort) % Ports);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // taken; the next one
            }
        }

        throw new InvalidOperationException("No port is free.");
    }
}
