using System.Globalization;
using System.Text;
using PeerBench.Measuring;

namespace PeerBench.Matrix;

/// <summary>What GpuCredit means to reach, as ratios of medians of one run: a machine's speed cancels out of them.</summary>
internal sealed class Reach(IReadOnlyList<Measured> results)
{
    private readonly StringBuilder _text = new();
    private int _rows;

    public override string ToString()
    {
        _text.Clear();
        _rows = 0;
        _text.AppendLine("### GpuCredit beside its peers").AppendLine();
        _text.AppendLine("| | GpuCredit | beside | ratio | wanted | reached |");
        _text.AppendLine("| --- | ---: | ---: | ---: | ---: | --- |");

        var batch = Rate("w1", "orleans-batch", 256);
        var always = Rate("w1", "redis-always", 256);
        var rowlock = Best(Rate("w1", "pg-rowlock", 8), Rate("w1", "pg-rowlock", 64));
        var appendLimit = Rate("w1", "pg-append", 4, 1_000);
        var ours = Rate("w1", "gpucredit", 256);
        Ratio("1. W1 one at a time, 256 callers, in process, beside Orleans, batching", ours, batch, 1.5);
        Ratio("1. the same, beside Redis over loopback, fsync always (the aim)", ours, always, 1);
        Ratio("(not wanted, to compare alike: one at a time over HTTP, beside the same)", Rate("w1", "gpucredit-http", 256), always, 1);
        Ratio("(the same: in batches of 1,000 in process, beside Orleans, batching, in the same)", Rate("w1", "gpucredit", 8, 1_000), Rate("w1", "orleans-batch", 8, 1_000), 1);
        Ratio("(the same: in lines of 1,000 over HTTP, beside Redis, fsync always, in the same)", Rate("w1", "gpucredit-http", 8, 1_000), Rate("w1", "redis-always", 8, 1_000), 1);
        Ratio("(the same: W3 in lines of 1,000 over HTTP, beside Redis, fsync always, in the same)", Rate("w3", "gpucredit-http", 8, 1_000), Rate("w3", "redis-always", 8, 1_000), 1);
        var lines = Rate("w1", "gpucredit-http", 8, 1_000);
        var stream = Rate("w1", "gpucredit-stream", 8, 1_000);
        Ratio("2. W1 in lines of 1,000 over HTTP, beside Redis, fsync always", lines, always, 1.2);
        Ratio("2. the same, beside PostgreSQL's append limit at 1,000", lines, appendLimit, 0.5);
        Ratio("2. W1 over the gRPC stream, by 1,000, beside Redis, fsync always", stream, always, 1.2);
        Ratio("2. the same, beside PostgreSQL's append limit at 1,000", stream, appendLimit, 0.5);
        Ratio("2. W1 one at a time over HTTP, 256 callers, beside row-lock", Rate("w1", "gpucredit-http", 256), rowlock, 2);
        Ratio("3. W2 asks in process, beside Orleans, batching", Asks("gpucredit", 64), Asks("orleans-batch", 64), 1);
        Ratio("3. W2 asks over gRPC, beside row-lock", Asks("gpucredit-grpc", 64), Best(Asks("pg-rowlock", 8), Asks("pg-rowlock", 64)), 3);
        AtMost("3. p99 of an ask beside full ingest one at a time, ms", AskP99("gpucredit", 1), 5);
        AtMost("3. p99 of an ask beside full ingest in batches, ms", AskP99("gpucredit", 1_000), 5);
        AtMost("3. p99 of an ask over gRPC beside the full stream, ms", AskP99("gpucredit-stream", 1_000), 5);
        Ratio("4. W3 in lines of 1,000 over HTTP, beside Redis, fsync always", Rate("w3", "gpucredit-http", 8, 1_000), Rate("w3", "redis-always", 64), 3);
        AtMost("5. W4, 1,000,000 usages, in process: ask now, ms", History(history => history.AskNow), 0.020);
        AtMost("5. W4, the same: ask after a late write, ms", History(history => history.AskAfterLate), 0.100);
        AtMost("5. W4, the same: cold ask, ms", History(history => history.ColdAsk), 300);
        var sqliteLimit = Rate("w1", "sqlite-full", 1, 1_000);
        Ratio("6. SQLite: W1 in batches of 1,000 in process, beside its append limit", Rate("w1", "gpucredit-sqlite", 8, 1_000), sqliteLimit, 0.3);
        Ratio("6. SQLite: W1 in lines of 1,000 over HTTP, beside its append limit", Rate("w1", "gpucredit-http-sqlite", 8, 1_000), sqliteLimit, 0.3);
        return _rows == 0 ? "" : _text.ToString();
    }

    private double? Rate(string workload, string peer, int clients, int batch = 1) =>
        Median(workload, peer, clients, batch, run => run.WritesPerSecond);

    private double? Asks(string peer, int clients) => Median("w2", peer, clients, 1, run => run.AsksPerSecond);

    private double? AskP99(string peer, int batch) => Median("w2f", peer, batch == 1 ? 256 : 8, batch, run => run.Ask.P99);

    private double? History(Func<LongHistory, double> value)
    {
        Measured[] runs = [.. results.Where(run => run.Variant is { Workload: "w4", Peer: "gpucredit", Entries: 1_000_000 })];
        return runs.Length == 0 ? null : PeerTables.Median(runs, run => value(run.History!));
    }

    private double? Median(string workload, string peer, int clients, int batch, Func<Measured, double> value)
    {
        Measured[] runs = [.. results.Where(run => run.Variant.Workload == workload && run.Variant.Peer == peer && run.Variant.Clients == clients && run.Variant.Batch == batch)];
        return runs.Length == 0 ? null : PeerTables.Median(runs, value);
    }

    private static double? Best(double? one, double? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);

    private void Ratio(string what, double? ours, double? theirs, double wanted)
    {
        if (ours is { } a && theirs is { } b)
            Add(what, PeerTables.Number(a), PeerTables.Number(b), (a / b).ToString("N2", CultureInfo.InvariantCulture), $"≥ {wanted.ToString(CultureInfo.InvariantCulture)}", a / b >= wanted);
    }

    private void AtMost(string what, double? ours, double wanted)
    {
        if (ours is { } a)
            Add(what, PeerTables.Number(a), "", "", $"≤ {wanted.ToString(CultureInfo.InvariantCulture)}", a <= wanted);
    }

    private void Add(string what, string ours, string theirs, string ratio, string wanted, bool reached)
    {
        _rows++;
        _text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {ours} | {theirs} | {ratio} | {wanted} | {(reached ? "yes" : "no")} |");
    }
}
