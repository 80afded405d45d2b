using PeerBench.Peers.Orleans;
using PeerBench.Peers.Ours;
using PeerBench.Peers.Postgres;
using PeerBench.Work;

namespace PeerBench.Peers;

/// <summary>Every peer by its name.</summary>
internal static class PeerNames
{
    private const int JournalConnections = 32;
    private const int BatchWriters = 2;
    private const string OnSqlite = "-sqlite";

    /// <summary>In the order of the tables. Those that GpuCredit is compared with come after it.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "gpucredit", "gpucredit-http", "gpucredit-unary", "gpucredit-grpc", "gpucredit-stream",
        "gpucredit-sqlite", "gpucredit-http-sqlite", "gpucredit-stream-sqlite",
        "pg-rowlock", "pg-fold", "pg-append", "pg-copy",
        "orleans-state", "orleans-journal", "orleans-batch",
        "redis-always", "redis-everysec",
        "sqlite-full", "sqlite-normal",
    ];

    public static bool NeedsPostgres(string peer) =>
        peer.StartsWith("pg-", StringComparison.Ordinal) || peer.StartsWith("orleans-", StringComparison.Ordinal)
        || (peer.StartsWith("gpucredit", StringComparison.Ordinal) && !peer.EndsWith(OnSqlite, StringComparison.Ordinal));

    /// <summary>Redis' appendfsync; null for those that aren't Redis.</summary>
    public static string? RedisSync(string peer) => peer.StartsWith("redis-", StringComparison.Ordinal) ? peer["redis-".Length..] : null;

    public static IPeer Make(Variant variant, Site site)
    {
        var database = new PeerDatabase(site);
        var callers = variant.Clients + variant.Askers;
        var connections = variant.Connections > 0 ? Math.Min(callers, variant.Connections) : callers;
        var sqlite = variant.Peer.EndsWith(OnSqlite, StringComparison.Ordinal);
        return variant.Peer switch
        {
            "gpucredit" or "gpucredit-sqlite" => new InProcessPeer(site, sqlite),
            "gpucredit-http" or "gpucredit-http-sqlite" => new HttpPeer(site, sqlite, callers),
            "gpucredit-unary" => new UnaryPeer(site, sqlite),
            "gpucredit-grpc" => new GrpcPeer(site, sqlite),
            "gpucredit-stream" or "gpucredit-stream-sqlite" => new StreamPeer(site, sqlite),
            "pg-rowlock" => new FunctionPeer(database, FunctionSchema.RowLock, connections),
            "pg-fold" => new FunctionPeer(database, FunctionSchema.Fold, connections),
            "pg-append" => new AppendPeer(database, connections, copies: false),
            "pg-copy" => new AppendPeer(database, connections, copies: true),
            "orleans-state" => new OrleansPeer(database, OrleansDesign.State, writers: 0, pool: 0),
            "orleans-journal" => new OrleansPeer(database, OrleansDesign.Journal, writers: 0, pool: JournalConnections),
            "orleans-batch" => new OrleansPeer(database, OrleansDesign.Batch, BatchWriters, pool: 0),
            "redis-always" or "redis-everysec" => new RedisPeer(site),
            "sqlite-full" => new SqlitePeer("full"),
            "sqlite-normal" => new SqlitePeer("normal"),
            _ => throw new ArgumentException($"no peer is called {variant.Peer}: {string.Join(", ", All)}"),
        };
    }
}
