using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>
/// Every figure of the aims by a stopwatch, beside the plain replay of the same entries, and both must agree in the end: a
/// wrong balance is not fast.
/// </summary>
internal static class QuickRun
{
    private const int InOrderFirst = 1_000_000;
    private const int InOrderBatch = 20_000;
    private const int InOrderRounds = 8;

    public static void Run()
    {
        Warm();
        Measured.PrintHead();
        Stream(usagesPerCredit: 50, lateAim: "1.5 ms");
        Stream(usagesPerCredit: 5_000, lateAim: "20 µs");
        Overlapping(credits: 10_000);
        Console.WriteLine();
        MemoryRun.Run();
    }

    public static void RunOverlap()
    {
        Warm();
        Measured.PrintHead();
        Overlapping(credits: 10_000);
    }

    /// <summary>More than the measured journals hold at once, dropped again: then the code is optimized, and the heap has its pages.</summary>
    public static void Warm()
    {
        var kept = new List<object>();
        for (var n = 0; n < 4; n++)
        {
            var (journal, replay) = (new Journal(), new PlainReplay());
            kept.AddRange([journal, replay]);
            foreach (var entry in new World(usagesPerCredit: 50, idChars: 16).InOrder(InOrderFirst + (2 * InOrderRounds * InOrderBatch)))
            {
                journal.Apply(entry);
                replay.Insert(entry);
            }
        }

        kept.Clear();
        GC.Collect();
    }

    private static void Stream(int usagesPerCredit, string lateAim)
    {
        var world = new World(usagesPerCredit, idChars: 16);
        var (journal, replay) = (new Journal(), new PlainReplay());
        Entry[] batch = [];
        foreach (var entry in world.InOrder(InOrderFirst))
        {
            journal.Apply(entry);
            replay.Insert(entry);
        }

        Agree();
        var title = $"1M usages, a credit for every {usagesPerCredit:N0}: ";
        var now = new Measured(title + "balance now", "100 ns", operations: 20_000);
        var anytime = new Measured(title + "balance at any instant", "", operations: 2_000);
        var inOrder = new Measured(title + "insert in order", "200 ns", operations: InOrderBatch);
        var oneByOne = new Measured(title + "insert in order, one call each", "", operations: InOrderBatch);
        var decided = new Measured(title + "decide, and insert in order", "", operations: InOrderBatch);
        var late = new Measured(title + "a usage 10 % back, then balance now", lateAim, operations: 1);
        var lateCredit = new Measured(title + "a credit 10 % back, then balance now", "", operations: 1);
        var plain = new Measured(title + "a usage 10 % back, then balance now, by plain replay", "", operations: 1);
        for (var round = 0; round < InOrderRounds; round++)
        {
            batch = Take(world.InOrder(InOrderBatch));
            GC.Collect(1); // the batch's own garbage is not an insertion's
            inOrder.Time(() => journal.Apply(batch.AsSpan()));
            batch = Take(world.InOrder(InOrderBatch));
            GC.Collect(1);
            oneByOne.Time(() =>
            {
                foreach (var entry in batch)
                    journal.Apply(entry);
            });
        }

        for (var round = 0; round < InOrderRounds; round++)
        {
            batch = Take(world.InOrder(InOrderBatch));
            GC.Collect(1); // the batch's own garbage is not an insertion's
            decided.Time(() =>
            {
                foreach (var entry in batch)
                {
                    if (journal.Decide(entry).Status == OutcomeStatus.Recorded)
                        journal.Apply(entry);
                }
            });
        }

        _ = journal.BalanceAt(world.Now);
        for (var round = 0; round < 100; round++)
        {
            now.Time(() =>
            {
                var sum = 0L;
                for (var n = 0; n < 20_000; n++)
                    sum ^= journal.BalanceAt(world.Now + (n & 7));
                return sum;
            });
        }

        for (var round = 0; round < 500; round++)
        {
            batch = Take([world.ATenthBack()]);
            late.Time(ApplyAndAsk);
        }

        for (var round = 0; round < 200; round++)
        {
            batch = Take([world.CreditATenthBack()]);
            lateCredit.Time(ApplyAndAsk);
        }

        for (var round = 0; round < 50; round++)
        {
            var instants = Enumerable.Range(0, 2_000).Select(_ => world.AnyInstant()).ToArray();
            anytime.Time(() =>
            {
                var sum = 0L;
                foreach (var at in instants)
                    sum ^= journal.BalanceAt(at);
                return sum;
            });
        }

        for (var round = 0; round < 20; round++)
        {
            var usage = world.ATenthBack();
            journal.Apply(usage);
            plain.Time(() =>
            {
                replay.Insert(usage);
                return replay.BalanceAt(world.Now);
            });
        }

        Agree();
        Measured.Print(now, inOrder, oneByOne, decided, late, lateCredit, anytime, plain);

        Entry[] Take(IEnumerable<Entry> entries)
        {
            Entry[] taken = [.. entries];
            foreach (var entry in taken)
                replay.Insert(entry);
            return taken;
        }

        long ApplyAndAsk()
        {
            var sum = 0L;
            foreach (var entry in batch)
            {
                journal.Apply(entry);
                sum ^= journal.BalanceAt(world.Now);
            }

            return sum;
        }

        void Agree()
        {
            foreach (var at in new[] { world.Now, world.Now * 95 / 100, world.Now / 2 })
                Agreement.Check(journal, replay, at);
        }
    }

    private static void Overlapping(int credits)
    {
        var overlap = new Overlap(credits);
        var (journal, replay) = (new Journal(), new PlainReplay());
        foreach (var entry in overlap.Entries(usages: 10 * credits))
        {
            journal.Apply(entry);
            replay.Insert(entry);
        }

        Agreement.Check(journal, replay, overlap.Now);
        var title = $"{credits:N0} credits active at once: ";
        var insert = new Measured(title + "insert now", "1 ms", operations: 1);
        var ask = new Measured(title + "balance now, after an insert", "1 ms", operations: 1);
        var lateInsert = new Measured(title + "insert a usage 10 % back", "1 ms", operations: 1);
        var lateAsk = new Measured(title + "balance now, after it", "1 ms", operations: 1);
        var anywhereInsert = new Measured(title + "insert a usage anywhere", "1 ms", operations: 1);
        var anywhereAsk = new Measured(title + "balance now, after it (anywhere)", "", operations: 1);
        var creditInsert = new Measured(title + "insert a credit anywhere", "1 ms", operations: 1);
        var creditAsk = new Measured(title + "balance now, after it (a credit)", "", operations: 1);
        var anytime = new Measured(title + "balance at any instant, all known", "1 ms", operations: 1);
        var plain = new Measured(title + "balance now, by plain replay", "", operations: 1);
        for (var round = 0; round < 300; round++)
        {
            InsertAndAsk(overlap.UsageNow(), insert, ask);
            InsertAndAsk(overlap.ATenthBack(), lateInsert, lateAsk);
            InsertAndAsk(overlap.Anywhere(), anywhereInsert, anywhereAsk);
            InsertAndAsk(overlap.CreditAnywhere(), creditInsert, creditAsk);
            _ = journal.BalanceAt(3L * credits);
            var instant = overlap.AnyInstant();
            anytime.Time(() => journal.BalanceAt(instant));
            if (round % 30 == 0)
                plain.Time(() => replay.BalanceAt(overlap.Now));
        }

        Agreement.Check(journal, replay, overlap.Now);
        Agreement.Check(journal, replay, overlap.Now + (credits / 2));
        Measured.Print(insert, ask, lateInsert, lateAsk, anywhereInsert, anywhereAsk, creditInsert, creditAsk, anytime, plain);

        void InsertAndAsk(Entry entry, Measured inserting, Measured asking)
        {
            replay.Insert(entry);
            inserting.Time(() => journal.Apply(entry));
            asking.Time(() => journal.BalanceAt(overlap.Now));
        }
    }
}
