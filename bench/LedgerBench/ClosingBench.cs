using System.Diagnostics;
using System.Globalization;
using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>
/// Closings of an account of a million usages, in the portions in which an account carries them out. Between two portions it
/// answers whoever waits, so nobody waits for longer than the longest; what it begins with (deciding what leaves) counts as one of them.
/// </summary>
internal static class ClosingBench
{
    private const int Usages = 1_000_000;
    private const int PortionEntries = 2_048; // gpucredit.account.closing-portion-entries
    private const int Rounds = 5;

    public static void Run()
    {
        Console.WriteLine($"| a closing of an account of {Usages:N0} usages | folded | beginning | portions | a portion, median | 99 % | longest, CPU | longest, by the clock | whole | bytes before | bytes after |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (var warm = 0; warm < 2; warm++)
            Measure("", usagesPerCredit: 50, through: 1.0, print: false);
        Measure("a credit for every 5,000, all of it", usagesPerCredit: 5_000, through: 1.0);
        Measure("a credit for every 50, all of it", usagesPerCredit: 50, through: 1.0);
        Measure("a credit for every 50, an eighth of it", usagesPerCredit: 50, through: 0.125);
        Measure("a credit for every 5, half of it", usagesPerCredit: 5, through: 0.5);
    }

    private static void Measure(string what, int usagesPerCredit, double through, bool print = true)
    {
        var rounds = new List<(double Begin, List<double> Portions, double LongestCpu, double Whole)>();
        var (folded, before, after) = (0, 0L, 0L);
        for (var round = 0; round < (print ? Rounds : 1); round++)
        {
            var empty = GC.GetTotalMemory(forceFullCollection: true);
            var world = new World(usagesPerCredit, idChars: 36);
            var journal = new Journal();
            foreach (var entry in world.InOrder(Usages))
                journal.Apply(entry);
            before = GC.GetTotalMemory(forceFullCollection: true) - empty;
            var horizon = (long)(world.Now * through);
            var (at, now) = (journal.BalanceAt(horizon), journal.BalanceAt(world.Now));

            var start = Stopwatch.GetTimestamp();
            var run = journal.BeginClosing(new(horizon, ForgetThrough: long.MinValue))!;
            var begin = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var (portions, longestCpu) = (new List<double>(), 0.0);
            while (!run.IsDone)
            {
                var (portion, cpu) = (Stopwatch.GetTimestamp(), ThreadClock.Nanoseconds());
                run.Step(PortionEntries);
                longestCpu = Math.Max(longestCpu, (ThreadClock.Nanoseconds() - cpu) / 1e6);
                portions.Add(Stopwatch.GetElapsedTime(portion).TotalMilliseconds);
            }

            rounds.Add((begin, portions, longestCpu, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
            journal = run.Journal;
            run = null;
            folded = Usages - journal.UsageCount;
            after = GC.GetTotalMemory(forceFullCollection: true) - empty;
            if ((journal.BalanceAt(horizon), journal.BalanceAt(world.Now)) != (at, now))
                throw new InvalidOperationException("The closing has changed a balance.");
        }

        if (!print)
            return;
        var all = rounds.SelectMany(round => round.Portions).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {folded:N0} | {Median(rounds.Select(round => round.Begin)):F1} ms (at most {rounds.Max(round => round.Begin):F1}) | {rounds[0].Portions.Count:N0} | {Median(all):F2} ms | {all[all.Count * 99 / 100]:F1} ms | {rounds.Max(round => round.LongestCpu):F1} ms | {all[^1]:F1} ms | {Median(rounds.Select(round => round.Whole)):F0} ms | {before / 1e6:F0} MB | {after / 1e6:F0} MB |"));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
