using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DoorBench;

/// <summary>The runs of all rounds by door; the median decides, the range says how quiet the machine was.</summary>
internal sealed class RateTable
{
    private readonly string _load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
    private readonly List<Rate> _rates = [];

    public void Add(Rate rate) => _rates.Add(rate);

    public string Describe(int usages, int rounds, string store)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores for the Host, its callers, the broker and the store together; {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; load average at the start {_load}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{usages:N0} usages over 2,000 accounts, {rounds} rounds, store: {store}");
        text.AppendLine();
        text.AppendLine("| door | usages stored a second, median | lowest to highest | the Host's CPU a usage |");
        text.AppendLine("|---|---:|---:|---:|");
        foreach (var door in _rates.GroupBy(rate => rate.Name))
        {
            var sorted = door.OrderBy(rate => rate.EntriesPerSecond).ToList();
            var middle = sorted[sorted.Count / 2];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {door.Key} | {middle.EntriesPerSecond:N0} | {sorted[0].EntriesPerSecond:N0} to {sorted[^1].EntriesPerSecond:N0} | {(middle.CpuMicroseconds is { } cpu ? $"{cpu:N0} µs" : "")} |");
        }

        return text.ToString();
    }
}
