using System.Globalization;
using System.Text;

namespace DoorBench.Rates;

/// <summary>The runs of all rounds by door; the median decides, the range says how quiet the machine was.</summary>
internal sealed class RateTable
{
    private readonly List<Rate> _rates = [];

    public void Add(Rate rate) => _rates.Add(rate);

    public string Describe(int usages, int rounds, string store)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"{usages:N0} usages over {RateRun.Accounts:N0} accounts, after {RateRun.WarmUp:N0} to warm up; {rounds} rounds, each door with a new Host on a new store: {store}. Where each usage is a call of its own it is");
        Line($"a fifth of them, from 256 callers. The Host, its callers, the broker and the store share the cores. What comes through a broker lies in it before the clock starts.");
        Line($"");
        Line($"| door | usages stored a second, median | lowest to highest | the Host's CPU a usage |");
        Line($"|---|---:|---:|---:|");
        foreach (var door in _rates.GroupBy(rate => rate.Name))
        {
            var sorted = door.OrderBy(rate => rate.EntriesPerSecond).ToList();
            var middle = sorted[sorted.Count / 2];
            Line($"| {door.Key} | {middle.EntriesPerSecond:N0} | {sorted[0].EntriesPerSecond:N0} to {sorted[^1].EntriesPerSecond:N0} | {(middle.CpuMicroseconds is { } cpu ? FormattableString.Invariant($"{cpu:N0} µs") : "")} |");
        }

        return text.ToString();
    }
}
