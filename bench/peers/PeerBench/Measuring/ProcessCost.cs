using System.Diagnostics;
using System.Globalization;

namespace PeerBench.Measuring;

/// <summary>What processes and their children cost, from /proc.</summary>
internal static class ProcessCost
{
    /// <summary>The kernel's USER_HZ, the same on every Linux that .NET runs on.</summary>
    public const double TicksPerSecond = 100;

    public static double OwnCpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }

    public static double OwnMemory()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64 / 1048576.0;
    }

    /// <summary>Processor time in seconds, that of children which have ended included.</summary>
    public static double Cpu(IEnumerable<int> processes) => processes.Sum(process => Cpu(process, withEnded: true) + Children(process).Sum(child => Cpu(child, withEnded: false)));

    /// <summary>Proportional set size in MiB: memory that several share counts once.</summary>
    public static double Memory(IEnumerable<int> processes) => processes.SelectMany(process => Children(process).Prepend(process)).Sum(Memory);

    private static double Memory(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return double.Parse(line[4..^2], CultureInfo.InvariantCulture) / 1024;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0; // ended meanwhile, or another user's
        }
    }

    private static double Cpu(int process, bool withEnded) => Stat(process) is { } stat
        ? (Ticks(stat, 11) + Ticks(stat, 12) + (withEnded ? Ticks(stat, 13) + Ticks(stat, 14) : 0)) / TicksPerSecond
        : 0;

    private static double Ticks(string[] stat, int field) => double.Parse(stat[field], CultureInfo.InvariantCulture);

    private static List<int> Children(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && Stat(process) is { } stat && int.Parse(stat[1], CultureInfo.InvariantCulture) == parent)
            {
                children.Add(process);
            }
        }

        return children;
    }

    /// <summary>The fields of /proc/PID/stat from the third on (the second, a name, may hold spaces); null when the process has ended.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
