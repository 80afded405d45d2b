using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
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
        Console.WriteLine($"| a closing of an account of {Usages:N0} usages | folded | beginning | portions | a portion, median | 99 % | longest, CPU | longest, by the clock | collections, the longest | first answer | whole | bytes before | bytes after |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (var warm = 0; warm < 2; warm++)
            Measure("", usagesPerCredit: 50, through: 1.0, print: false);
        Measure("a credit for every 5,000, all of it", usagesPerCredit: 5_000, through: 1.0);
        Measure("a credit for every 50, all of it", usagesPerCredit: 50, through: 1.0);
        Measure("a credit for every 50, an eighth of it", usagesPerCredit: 50, through: 0.125);
        Measure("the same, entries that came in any order", usagesPerCredit: 50, through: 0.125, inAnyOrder: true);
        Measure("a credit for every 5, half of it", usagesPerCredit: 5, through: 0.5);
        Measure("a credit for every 5, an eighth of it", usagesPerCredit: 5, through: 0.125);
    }

    private static void Measure(string what, int usagesPerCredit, double through, bool inAnyOrder = false, bool print = true)
    {
        var rounds = Enumerable.Range(0, print ? Rounds : 1).Select(_ => Close(usagesPerCredit, through, inAnyOrder)).ToList();
        if (!print)
            return;
        var all = rounds.SelectMany(round => round.Portions).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {rounds[0].Folded:N0} | {Median(rounds.Select(round => round.Begin)):F1} ms (at most {rounds.Max(round => round.Begin):F1}) | {rounds[0].Portions.Count:N0} | {Median(all):F2} ms | {all[all.Count * 99 / 100]:F1} ms | {rounds.Max(round => round.LongestCpu):F1} ms | {all[^1]:F1} ms | {Median(rounds.Select(round => (double)round.Collections)):F0}, {rounds.Max(round => round.LongestPause):F1} ms | {rounds.Max(round => round.Answer):F1} ms | {Median(rounds.Select(round => round.Whole)):F0} ms | {rounds[^1].Before / 1e6:F0} MB | {rounds[^1].After / 1e6:F0} MB |"));
    }

    /// <summary>A method of its own, so that nothing of one round is alive in the next.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Round Close(int usagesPerCredit, double through, bool inAnyOrder)
    {
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        var world = new World(usagesPerCredit, idChars: 36);
        var journal = JournalOf(world, inAnyOrder);
        var before = GC.GetTotalMemory(forceFullCollection: true) - empty;
        var horizon = (long)(world.Now * through);
        var (at, now) = (journal.BalanceAt(horizon), journal.BalanceAt(world.Now));
        var collections = GC.CollectionCount(0);

        var start = Stopwatch.GetTimestamp();
        var run = journal.BeginClosing(new(horizon, ForgetThrough: long.MinValue))!;
        var begin = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var (portions, longestCpu, longestPause) = (new List<double>(), 0.0, 0.0);
        while (!run.IsDone)
        {
            var (portion, cpu, pause) = (Stopwatch.GetTimestamp(), ThreadClock.Nanoseconds(), GC.GetTotalPauseDuration());
            run.Step(PortionEntries);
            longestCpu = Math.Max(longestCpu, (ThreadClock.Nanoseconds() - cpu) / 1e6);
            longestPause = Math.Max(longestPause, (GC.GetTotalPauseDuration() - pause).TotalMilliseconds);
            portions.Add(Stopwatch.GetElapsedTime(portion).TotalMilliseconds);
        }

        var whole = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        collections = GC.CollectionCount(0) - collections;
        journal = run.Journal;
        run = null;
        start = Stopwatch.GetTimestamp();
        var answer = journal.BalanceAt(world.Now);
        var first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var after = GC.GetTotalMemory(forceFullCollection: true) - empty;
        if ((journal.BalanceAt(horizon), answer) != (at, now))
            throw new InvalidOperationException("The closing has changed a balance.");
        return new(Usages - journal.UsageCount, begin, portions, longestCpu, collections, longestPause, first, whole, before, after);
    }

    private static Journal JournalOf(World world, bool inAnyOrder)
    {
        var journal = new Journal();
        var entries = world.InOrder(Usages);
        if (inAnyOrder)
        {
            var shuffled = entries.ToArray();
            new Random(1).Shuffle(shuffled);
            entries = shuffled;
        }

        foreach (var entry in entries)
            journal.Apply(entry);
        return journal;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>One closing: milliseconds, and how often the collector ran.</summary>
    /// <param name="Folded">Usages that left.</param>
    /// <param name="Begin">Deciding what leaves.</param>
    /// <param name="Portions">By the clock.</param>
    /// <param name="LongestCpu">Of the portions, by the thread's processor time.</param>
    /// <param name="Collections">Of any generation.</param>
    /// <param name="LongestPause">As long as collections took in one portion.</param>
    /// <param name="Answer">The first balance after it.</param>
    /// <param name="Whole">From the beginning to the last portion.</param>
    /// <param name="Before">What the journal took, in bytes.</param>
    /// <param name="After">What the one that it has left takes.</param>
    private sealed record Round(
        int Folded, double Begin, List<double> Portions, double LongestCpu, int Collections, double LongestPause, double Answer, double Whole, long Before, long After);
}
