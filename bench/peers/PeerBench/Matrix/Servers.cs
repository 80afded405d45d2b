using System.Globalization;
using PeerBench.Peers;
using PeerBench.Peers.Postgres;
using Postgres;

namespace PeerBench.Matrix;

/// <summary>
/// One PostgreSQL for the whole run, tuned alike for everybody, which GpuCredit's databases are on too; and a new Redis for every
/// measurement, since a setting and a file are all there is to it.
/// </summary>
internal sealed class Servers : IAsyncDisposable
{
    // fsync, synchronous_commit and full_page_writes stay on: what is acknowledged is on disk.
    private static readonly string[] Settings =
    [
        "max_connections=300", "shared_buffers=2GB", "effective_cache_size=8GB", "work_mem=16MB", "maintenance_work_mem=256MB",
        "fsync=on", "synchronous_commit=on", "full_page_writes=on", "wal_compression=lz4", "wal_buffers=64MB", "wal_level=replica",
        "max_wal_size=8GB", "min_wal_size=2GB", "wal_init_zero=on", "wal_recycle=on", "checkpoint_timeout=20min",
        "checkpoint_completion_target=0.9", "commit_delay=0", "random_page_cost=1.1", "effective_io_concurrency=100", "jit=off",
        "autovacuum_naptime=30s", "max_parallel_workers_per_gather=0", "huge_pages=try", "log_checkpoints=on",
    ];

    private PostgresServer? _postgres;
    private string _folder = "";

    /// <summary>Answers once PostgreSQL has been started, which a run without it never does.</summary>
    public async Task<string?> PostgresVersionAsync() => _postgres is { } server ? $"{await server.AskAsync("postgres", "SHOW server_version")}" : null;

    /// <summary>What one measurement of a peer needs; Redis ends with it.</summary>
    public async Task<(Site Site, RedisServer? Redis)> ForAsync(string peer)
    {
        var redis = PeerNames.RedisSync(peer) is { } sync ? await RedisServer.StartAsync(sync) : null;
        if (PeerNames.NeedsPostgres(peer))
            await StartPostgresAsync();
        return (new Site(
            _postgres?.Port ?? 0,
            _postgres is null ? 0 : int.Parse((await File.ReadAllLinesAsync(Path.Combine(_folder, "data", "postmaster.pid")))[0], CultureInfo.InvariantCulture),
            redis?.Port ?? 0,
            redis?.ProcessId ?? 0,
            redis?.Folder ?? ""), redis);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is { } server)
            await server.DisposeAsync();
    }

    private async Task StartPostgresAsync()
    {
        if (_postgres is not null)
            return;
        _folder = Directory.CreateTempSubdirectory("gpucredit-peers-postgres-").FullName;
        _postgres = await PostgresServer.StartInAsync(_folder, Settings);
        await _postgres.CreateDatabaseAsync(PeerDatabase.Name);
    }
}
