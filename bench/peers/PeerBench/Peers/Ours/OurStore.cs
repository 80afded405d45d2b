using System.Globalization;
using Npgsql;
using PeerBench.Peers.Postgres;
using Postgres;

namespace PeerBench.Peers.Ours;

/// <summary>GpuCredit's event store, empty at first and gone afterwards: a database on the server that the peers use, or a file.</summary>
internal sealed class OurStore : IAsyncDisposable
{
    private readonly Site _site;
    private readonly PeerDatabase _peers;
    private readonly string? _folder;
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"gpucredit_{Environment.ProcessId}");
    private long _emptyBytes;

    private OurStore(Site site, string? folder)
    {
        _site = site;
        _peers = new PeerDatabase(site);
        _folder = folder;
    }

    /// <summary>For the Host's command line.</summary>
    public string[] Settings => _folder is { } folder
        ? ["--GpuCredit:Store", "sqlite", "--GpuCredit:ConnectionString", $"Data Source={Path.Combine(folder, "gpucredit.db")}"]
        : ["--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", Connection(PostgresServer.Role).ConnectionString];

    public IEnumerable<int> Processes => _folder is null ? _peers.Processes : [];

    public static async Task<OurStore> CreateAsync(Site site, bool sqlite)
    {
        var store = new OurStore(site, sqlite ? Directory.CreateTempSubdirectory("gpucredit-peers-store-").FullName : null);
        if (sqlite)
            return store;
        await store._peers.AskAsync($"create database {store._name} owner {PostgresServer.Role}");
        store._emptyBytes = await store.DatabaseBytesAsync();
        return store;
    }

    /// <summary>What the peers' stores are given after their history has come in.</summary>
    public async Task SettleAsync()
    {
        if (_folder is not null)
            return;
        var superuser = Connection("postgres");
        superuser.Pooling = false;
        await using var connection = new NpgsqlConnection(superuser.ConnectionString);
        await connection.OpenAsync();
        foreach (var statement in (IEnumerable<string>)["vacuum analyze", "checkpoint"])
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 900 };
            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task<long> BytesOnDiskAsync() => _folder is { } folder
        ? new DirectoryInfo(folder).GetFiles().Sum(file => file.Length)
        : await DatabaseBytesAsync() - _emptyBytes;

    public async ValueTask DisposeAsync()
    {
        if (_folder is { } folder)
            Directory.Delete(folder, recursive: true);
        else
            await _peers.AskAsync($"drop database {_name} with (force)");
    }

    private Task<long> DatabaseBytesAsync() => _peers.NumberAsync($"select pg_database_size('{_name}')");

    private NpgsqlConnectionStringBuilder Connection(string role) => new()
    {
        Host = "127.0.0.1",
        Port = _site.PostgresPort,
        Database = _name,
        Username = role,
        Password = PostgresServer.Password,
    };
}
