using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>What a journal keeps, by the heap's size before and after it is built, after full collections.</summary>
internal static class MemoryRun
{
    public static void Run()
    {
        const int usages = 1_000_000;
        Console.WriteLine("| 1,000,000 usages | bytes for each usage (credits, index and checkpoints included) | the same before the first question |");
        Console.WriteLine("| --- | ---: | ---: |");
        foreach (var (usagesPerCredit, idChars) in new[] { (50, 16), (5_000, 16), (50, 36), (5_000, 36) })
        {
            var (unasked, asked) = Measure(() =>
            {
                var world = new World(usagesPerCredit, idChars);
                return (world.InOrder(usages), () => world.Now);
            });
            Console.WriteLine($"| a credit for every {usagesPerCredit:N0}, ids of {idChars} | {asked / (double)usages:N1} | {unasked / (double)usages:N1} |");
        }

        Console.WriteLine();
        Console.WriteLine("| credits active at once | bytes for each credit, asked everywhere |");
        Console.WriteLine("| ---: | ---: |");
        foreach (var credits in new[] { 2_500, 5_000, 10_000, 20_000 })
        {
            var (_, asked) = Measure(() =>
            {
                var overlap = new Overlap(credits);
                return (overlap.Entries(usages: credits / 10), () => overlap.Now * 3 / 2);
            });
            Console.WriteLine($"| {credits:N0} | {asked / (double)credits:N0} |");
        }
    }

    private static (long Unasked, long Asked) Measure(Func<(IEnumerable<Entry> Entries, Func<long> Now)> open)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (entries, now) = open();
        var journal = new Journal();
        foreach (var entry in entries)
            journal.Apply(entry);
        var unasked = GC.GetTotalMemory(forceFullCollection: true) - before;
        for (var part = 1; part <= 8; part++)
            _ = journal.BalanceAt(now() * part / 8);
        var asked = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(journal);
        return (unasked, asked);
    }
}
