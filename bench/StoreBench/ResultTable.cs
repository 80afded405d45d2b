using System.Globalization;
using System.Text;

namespace StoreBench;

/// <summary>The runs of all rounds, by name; the median decides, the range says how quiet the machine was.</summary>
internal sealed class ResultTable
{
    private readonly List<Measured> _runs = [];

    public void Add(Measured run) => _runs.Add(run);

    public override string ToString()
    {
        var text = new StringBuilder("| | entries/s, median | lowest to highest | entries a row | rows a transaction | CPU an entry | latency p50 | p99 | times as it comes |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        var plain = Median(_runs.Where(run => run.Name == PluginRun.Plain));
        foreach (var group in _runs.GroupBy(run => run.Name))
        {
            var middle = group.OrderBy(run => run.EntriesEachSecond).ElementAt(group.Count() / 2);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key} | {Median(group):N0} | {group.Min(run => run.EntriesEachSecond):N0} to {group.Max(run => run.EntriesEachSecond):N0} | {(double)middle.Entries / middle.Rows:N1} | {(middle.Commits is { } commits ? ((double)middle.Rows / commits).ToString("N1", CultureInfo.InvariantCulture) : "")} | {middle.Cpu.TotalMicroseconds / middle.Entries:N0} µs | {middle.Percentile(0.5).TotalMilliseconds:N2} ms | {middle.Percentile(0.99).TotalMilliseconds:N2} ms | {Median(group) / plain:N1} |");
        }

        return text.ToString();
    }

    private static double Median(IEnumerable<Measured> runs)
    {
        var sorted = runs.Select(run => run.EntriesEachSecond).Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
