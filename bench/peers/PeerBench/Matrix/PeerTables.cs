using System.Globalization;
using System.Text;
using PeerBench.Measuring;
using PeerBench.Peers;

namespace PeerBench.Matrix;

/// <summary>A table for each workload: the median of the passes, and in brackets the lowest and the highest.</summary>
internal sealed class PeerTables(IReadOnlyList<Measured> results)
{
    private static readonly (string Workload, string Title, bool Writes, bool Asks)[] Titles =
    [
        ("w1", "W1: ingest, 10,000 accounts, a tenth late, one in fifty twice", true, false),
        ("w1o", "W1o: the same, nothing late", true, false),
        ("w2", "W2: nine questions about now for each usage, over 200,000 entries of history", true, true),
        ("w2f", "W2f: questions beside W1 at full speed", true, true),
        ("w3", "W3: W1's mix on one hot account", true, false),
        ("w3m", "W3m: the same, and a question about now after each write", true, true),
    ];

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (workload, title, writes, asks) in Titles)
            AddTable(text, workload, title, writes, asks);
        AddLongHistories(text);
        return text.ToString();
    }

    private void AddTable(StringBuilder text, string workload, string title, bool writes, bool asks)
    {
        Measured[][] rows = [.. RowsOf(workload)];
        if (rows.Length == 0)
            return;
        text.AppendLine(CultureInfo.InvariantCulture, $"### {title}").AppendLine();
        string[] head =
        [
            "peer", "callers",
            .. writes ? ["writes/s", "write p50 / p99 / p99.9, ms"] : Array.Empty<string>(),
            .. asks ? ["asks/s", "ask p50 / p99 / p99.9, ms"] : Array.Empty<string>(),
            "CPU, ms an operation (servers + caller)", "memory, MiB (servers / caller)", "balances",
        ];
        AddHead(text, head, left: 2);
        foreach (var runs in rows)
        {
            var variant = runs[0].Variant;
            var cpu = Median(runs, run => run.CpuMillisecondsEach);
            var servers = Median(runs, run => run.ServerCpu / Math.Max(0.01, run.ServerCpu + run.ClientCpu));
            string[] cells =
            [
                variant.Peer, variant.Callers,
                .. writes ? [Range(runs, run => run.WritesPerSecond), Latencies(runs, run => run.Write)] : Array.Empty<string>(),
                .. asks ? [Range(runs, run => run.AsksPerSecond), Latencies(runs, run => run.Ask)] : Array.Empty<string>(),
                $"{Number(cpu)} ({Number(cpu * servers)} + {Number(cpu * (1 - servers))})",
                $"{Whole(runs, run => run.ServerMemory)} / {Whole(runs, run => run.ClientMemory)}",
                Verdict(runs),
            ];
            AddRow(text, cells);
        }

        text.AppendLine();
    }

    private void AddLongHistories(StringBuilder text)
    {
        Measured[][] rows = [.. RowsOf("w4")];
        if (rows.Length == 0)
            return;
        text.AppendLine("### W4: one account with a long history, one caller, ms").AppendLine();
        AddHead(text, ["peer", "history", "ask now p50", "ask now p99", "late write p50", "ask after it p50", "ask about the past p50", "first ask, cold", "disk, MiB", "balances"], left: 2);
        foreach (var runs in rows)
        {
            string Of(Func<LongHistory, double> value) => Range(runs, run => value(run.History!));
            AddRow(text,
            [
                runs[0].Variant.Peer, runs[0].Variant.Callers, Of(history => history.AskNow), Number(Median(runs, run => run.History!.AskNowP99)),
                Of(history => history.LateWrite), Of(history => history.AskAfterLate), Of(history => history.AskPast), Of(history => history.ColdAsk),
                Number(Median(runs, run => run.DiskMegabytes)), Verdict(runs),
            ]);
        }

        text.AppendLine();
    }

    private IEnumerable<Measured[]> RowsOf(string workload) => results
        .Where(run => run.Variant.Workload == workload)
        .GroupBy(run => run.Variant with { Seconds = 0, IsSecondary = false })
        .OrderBy(group => PeerNames.All.ToList().IndexOf(group.Key.Peer))
        .ThenBy(group => group.Key.Batch)
        .ThenBy(group => group.Key.Clients)
        .ThenBy(group => workload == "w4" ? group.Key.Entries : 0)
        .Select(group => group.ToArray());

    private static void AddHead(StringBuilder text, string[] head, int left)
    {
        AddRow(text, head);
        AddRow(text, [.. head.Select((_, column) => column < left ? "---" : "---:")]);
    }

    private static void AddRow(StringBuilder text, IEnumerable<string> cells) => text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");

    private static string Verdict(Measured[] runs) => runs.FirstOrDefault(run => run.IsWrong)?.Verdict
        ?? (runs[0].Verdict == Measured.NotChecked ? Measured.NotChecked : string.Create(CultureInfo.InvariantCulture, $"right, {runs.Length}×"));

    private static string Range(Measured[] runs, Func<Measured, double> value) => runs.Length == 1
        ? Number(value(runs[0]))
        : $"{Number(Median(runs, value))} [{Number(runs.Min(value))}–{Number(runs.Max(value))}]";

    private static string Latencies(Measured[] runs, Func<Measured, Latency> of) =>
        $"{Number(Median(runs, run => of(run).P50))} / {Number(Median(runs, run => of(run).P99))} / {Number(Median(runs, run => of(run).P999))}";

    private static string Whole(Measured[] runs, Func<Measured, double> value) => Median(runs, value).ToString("N0", CultureInfo.InvariantCulture);

    internal static double Median(IEnumerable<Measured> runs, Func<Measured, double> value)
    {
        double[] sorted = [.. runs.Select(value).Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    internal static string Number(double number) => number.ToString(
        number switch { >= 100 => "N0", >= 10 => "N1", >= 0.1 => "N2", _ => "N3" }, CultureInfo.InvariantCulture);
}
