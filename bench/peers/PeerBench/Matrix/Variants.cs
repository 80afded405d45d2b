using PeerBench.Work;

namespace PeerBench.Matrix;

/// <summary>
/// Every row of the tables, in the order of one pass. The callers and connections of each peer are those that were best for it in
/// short trials, so that nobody is shown at his worst.
/// </summary>
internal static class Variants
{
    private const int Million = 1_000_000;

    public static IReadOnlyList<int> Histories { get; } = [1_000, 10_000, 100_000, Million];

    public static IEnumerable<Variant> All(IReadOnlyList<int> histories) =>
        [.. Ingest("w1"), .. AppendLimits, .. Ingest("w1o").Where(InOrder), .. Questions, .. QuestionsBesideIngest, .. Hot, .. HotAndAsked, .. LongHistories(histories)];

    /// <summary>As many accounts as there are; what is late, repeated or hot in it is the workload's.</summary>
    private static IEnumerable<Variant> Ingest(string workload) =>
    [
        new(workload, "gpucredit", Clients: 64),
        new(workload, "gpucredit", Clients: 256),
        new(workload, "gpucredit", Clients: 8, Batch: 50),
        new(workload, "gpucredit", Clients: 8, Batch: 1_000, Entries: Million),
        new(workload, "gpucredit-http", Clients: 64),
        new(workload, "gpucredit-http", Clients: 256),
        new(workload, "gpucredit-http", Clients: 8, Batch: 50),
        new(workload, "gpucredit-http", Clients: 8, Batch: 1_000, Entries: Million),
        new(workload, "gpucredit-grpc", Clients: 256),
        new(workload, "gpucredit-stream", Clients: 256),
        new(workload, "gpucredit-stream", Clients: 8, Batch: 1_000, Entries: Million),
        new(workload, "gpucredit-sqlite", Clients: 256),
        new(workload, "gpucredit-sqlite", Clients: 8, Batch: 1_000, Entries: Million),
        new(workload, "gpucredit-http-sqlite", Clients: 8, Batch: 1_000, Entries: Million),
        new(workload, "pg-rowlock", Clients: 8),
        new(workload, "pg-rowlock", Clients: 64, Connections: 16),
        new(workload, "pg-rowlock", Clients: 8, Batch: 50),
        new(workload, "pg-fold", Clients: 8),
        new(workload, "pg-fold", Clients: 64, Connections: 16),
        new(workload, "pg-fold", Clients: 8, Batch: 50),
        new(workload, "orleans-state", Clients: 64),
        new(workload, "orleans-journal", Clients: 64),
        new(workload, "orleans-journal", Clients: 256),
        new(workload, "orleans-batch", Clients: 64),
        new(workload, "orleans-batch", Clients: 256),
        new(workload, "orleans-batch", Clients: 8, Batch: 1_000, Entries: Million),
        new(workload, "redis-always", Clients: 64),
        new(workload, "redis-always", Clients: 256),
        new(workload, "redis-always", Clients: 8, Batch: 1_000, Entries: Million),
        new(workload, "redis-always", Clients: 1, Seconds: 4, IsSecondary: true),
        new(workload, "redis-everysec", Clients: 64),
        new(workload, "redis-everysec", Clients: 256),
        new(workload, "redis-everysec", Clients: 1, Seconds: 4, IsSecondary: true),
    ];

    // Without late entries only how each takes an entry in order is left to compare: its best variant shows that.
    private static bool InOrder(Variant variant) => !variant.IsSecondary && variant is
        { Peer: "pg-rowlock" or "pg-fold" } or { Peer: "gpucredit" } or { Clients: 256 } or { Peer: "gpucredit-http", Batch: 1_000 };

    private static IEnumerable<Variant> AppendLimits =>
    [
        new("w1", "pg-append", Clients: 8, Seconds: 5),
        new("w1", "pg-append", Clients: 32, Seconds: 5, IsSecondary: true),
        new("w1", "pg-append", Clients: 8, Batch: 10, Seconds: 5),
        new("w1", "pg-append", Clients: 4, Batch: 100, Entries: 600_000, Seconds: 5),
        new("w1", "pg-append", Clients: 4, Batch: 1_000, Entries: Million, Seconds: 5),
        new("w1", "pg-copy", Clients: 4, Batch: 1_000, Entries: Million, Seconds: 5),
        new("w1", "sqlite-full", Seconds: 4),
        new("w1", "sqlite-full", Batch: 10, Seconds: 4),
        new("w1", "sqlite-full", Batch: 100, Seconds: 4),
        new("w1", "sqlite-full", Batch: 1_000, Entries: 600_000, Seconds: 4),
        new("w1", "sqlite-normal", Seconds: 4),
        new("w1", "sqlite-normal", Batch: 10, Seconds: 4),
        new("w1", "sqlite-normal", Batch: 100, Seconds: 4),
        new("w1", "sqlite-normal", Batch: 1_000, Entries: 600_000, Seconds: 4),
    ];

    private static IEnumerable<Variant> Questions =>
    [
        new("w2", "gpucredit", Clients: 64, Entries: Million, Seconds: 5),
        new("w2", "gpucredit-http", Clients: 64, Seconds: 5),
        new("w2", "gpucredit-unary", Clients: 64, Seconds: 5),
        new("w2", "gpucredit-grpc", Clients: 64, Seconds: 5),
        new("w2", "gpucredit-sqlite", Clients: 64, Entries: Million, Seconds: 5),
        new("w2", "pg-rowlock", Clients: 8, Seconds: 5),
        new("w2", "pg-rowlock", Clients: 64, Connections: 8, Seconds: 5),
        new("w2", "pg-fold", Clients: 8, Seconds: 5),
        new("w2", "pg-fold", Clients: 64, Connections: 8, Seconds: 5),
        new("w2", "orleans-journal", Clients: 64, Entries: Million, Seconds: 5),
        new("w2", "orleans-batch", Clients: 64, Entries: Million, Seconds: 5),
        new("w2", "redis-always", Clients: 64, Seconds: 5),
        new("w2", "redis-everysec", Clients: 64, Seconds: 5),
    ];

    /// <summary>What a question waits for while entries come in as fast as they are taken.</summary>
    private static IEnumerable<Variant> QuestionsBesideIngest =>
    [
        new("w2f", "gpucredit", Clients: 256, Seconds: 5, Askers: 1),
        new("w2f", "gpucredit", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 5, Askers: 1),
        new("w2f", "gpucredit-grpc", Clients: 256, Seconds: 5, Askers: 1),
        new("w2f", "gpucredit-stream", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 5, Askers: 1),
        new("w2f", "pg-rowlock", Clients: 8, Seconds: 5, Askers: 1),
        new("w2f", "orleans-batch", Clients: 256, Seconds: 5, Askers: 1),
        new("w2f", "redis-always", Clients: 256, Seconds: 5, Askers: 1),
    ];

    private static IEnumerable<Variant> Hot =>
    [
        new("w3", "gpucredit", Clients: 64, Entries: 100_000, Seconds: 6),
        new("w3", "gpucredit", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 6),
        new("w3", "gpucredit-http", Clients: 64, Entries: 100_000, Seconds: 6),
        new("w3", "gpucredit-http", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 6),
        new("w3", "gpucredit-stream", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 6),
        new("w3", "gpucredit-sqlite", Clients: 64, Entries: 100_000, Seconds: 6),
        new("w3", "gpucredit-sqlite", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 6),
        new("w3", "pg-rowlock", Clients: 8, Entries: 100_000, Seconds: 6),
        new("w3", "pg-rowlock", Clients: 64, Connections: 8, Entries: 100_000, Seconds: 6, IsSecondary: true),
        new("w3", "pg-fold", Clients: 8, Entries: 100_000, Seconds: 6),
        new("w3", "pg-fold", Clients: 64, Connections: 8, Entries: 100_000, Seconds: 6, IsSecondary: true),
        new("w3", "orleans-state", Clients: 64, Entries: 100_000, Seconds: 6),
        new("w3", "orleans-journal", Clients: 64, Entries: 100_000, Seconds: 6),
        new("w3", "orleans-batch", Clients: 64, Entries: 100_000, Seconds: 6),
        new("w3", "orleans-batch", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 6),
        new("w3", "redis-always", Clients: 64, Entries: 100_000, Seconds: 6),
        new("w3", "redis-always", Clients: 8, Batch: 1_000, Entries: Million, Seconds: 6),
        new("w3", "redis-everysec", Clients: 64, Entries: 100_000, Seconds: 6),
    ];

    private static IEnumerable<Variant> HotAndAsked =>
        from peer in (string[])["gpucredit", "gpucredit-grpc", "gpucredit-sqlite", "pg-rowlock", "pg-fold", "orleans-state", "orleans-journal", "orleans-batch", "redis-always", "redis-everysec"]
        select new Variant("w3m", peer, Clients: 64, Connections: peer.StartsWith("pg-", StringComparison.Ordinal) ? 8 : 0, Entries: 40_000, Seconds: 6);

    private static IEnumerable<Variant> LongHistories(IReadOnlyList<int> lengths) =>
        from peer in (string[])["gpucredit", "gpucredit-grpc", "gpucredit-sqlite", "pg-rowlock", "pg-fold", "orleans-journal", "orleans-batch", "redis-always"]
        from length in lengths
        select new Variant("w4", peer, Entries: length);
}
