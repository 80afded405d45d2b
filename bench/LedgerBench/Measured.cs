using System.Diagnostics;
using System.Globalization;

namespace CreditActors.Bench;

/// <summary>One figure: an operation's processor time, and its time by the clock, in many rounds, the first tenth being warm-up.</summary>
internal sealed class Measured(string what, string aim, int operations)
{
    private readonly List<double> _cpu = [];
    private readonly List<double> _wall = [];
    private long _sink;

    private string What { get; } = what;

    private string Aim { get; } = aim;

    public static void PrintHead()
    {
        Console.WriteLine("| what | CPU 10 % | CPU median | CPU 90 % | CPU 99 % | by the clock, median | aim |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    }

    public static void Print(params Measured[] rows)
    {
        foreach (var row in rows)
        {
            var (cpu, wall) = (row.Sorted(row._cpu), row.Sorted(row._wall));
            Console.WriteLine($"| {row.What} | {Text(cpu[cpu.Length / 10])} | {Text(cpu[cpu.Length / 2])} | {Text(cpu[cpu.Length * 9 / 10])} | {Text(cpu[cpu.Length * 99 / 100])} | {Text(wall[wall.Length / 2])} | {row.Aim} |");
        }
    }

    public void Time(Action act) => Time(() =>
    {
        act();
        return 0L;
    });

    /// <summary>The operations' results are folded into one, and kept, so that none can be left out.</summary>
    public void Time(Func<long> act)
    {
        var (wall, cpu) = (Stopwatch.GetTimestamp(), ThreadClock.Nanoseconds());
        _sink ^= act();
        _cpu.Add((ThreadClock.Nanoseconds() - cpu) / operations);
        _wall.Add(Stopwatch.GetElapsedTime(wall).TotalNanoseconds / operations);
    }

    private double[] Sorted(List<double> rounds) => [.. rounds.Skip(rounds.Count / 10).Order()];

    private static string Text(double nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:F0} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000:F1} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000:F2} ms"),
    };
}
