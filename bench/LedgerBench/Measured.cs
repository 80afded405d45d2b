using System.Diagnostics;
using System.Globalization;

namespace CreditActors.Bench;

/// <summary>
/// One figure: the time of an operation in many rounds, of which the first tenth is warm-up. Rounds are shorter than a
/// scheduler's slice, so that on a busy machine the fast ones were not interrupted: the 10th percentile is the code's time.
/// </summary>
internal sealed class Measured(string what, string aim, int operations)
{
    private readonly List<double> _nanoseconds = [];
    private long _sink;

    public static void PrintHead()
    {
        Console.WriteLine("| what | 10 % | median | 90 % | aim |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
    }

    public static void Print(params Measured[] rows)
    {
        foreach (var row in rows)
        {
            var sorted = row._nanoseconds.Skip(row._nanoseconds.Count / 10).Order().ToArray();
            var (ten, median, ninety) = (sorted[sorted.Length / 10], sorted[sorted.Length / 2], sorted[sorted.Length * 9 / 10]);
            Console.WriteLine($"| {row.What} | {Text(ten)} | {Text(median)} | {Text(ninety)} | {row.Aim} |");
        }
    }

    private string What { get; } = what;

    private string Aim { get; } = aim;

    public void Time(Action act) => Time(() =>
    {
        act();
        return 0L;
    });

    /// <summary>The operations' results are folded into one, and kept, so that none can be left out.</summary>
    public void Time(Func<long> act)
    {
        var start = Stopwatch.GetTimestamp();
        _sink ^= act();
        _nanoseconds.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations);
    }

    private static string Text(double nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:F0} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000:F1} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000:F2} ms"),
    };
}
