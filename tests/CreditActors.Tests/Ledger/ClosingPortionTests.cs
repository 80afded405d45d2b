using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>What a portion of a closing costs at most, whatever there is to carry out.</summary>
public sealed class ClosingPortionTests
{
    private const int Portion = 100;
    private const long Horizon = 1_000;

    [Fact]
    public void Credits_that_came_in_any_order_are_taken_over_by_their_start_so_that_few_boundaries_move()
    {
        var credits = Enumerable.Range(0, 4_000).Select(i => new Credit($"c{i}", 1, 10 * i, 5)).ToArray();
        new Random(1).Shuffle(credits);
        var run = Judge.JournalOf(credits).BeginClosing(new(Horizon, long.MinValue))!;
        run.Finish();
        Assert.Equal((3_900, 7_801), (run.Journal.CreditCount, run.Journal.EpochCount));
        Assert.Equal(0, run.Journal.BoundariesMoved);
    }

    [Fact]
    public void Credits_that_overlap_by_the_thousand_make_portions_smaller_by_the_boundaries_that_move()
    {
        // Each starts after all others have, and ends before them.
        var run = Judge.JournalOf(Enumerable.Range(0, 3_000).Select(i => new Credit($"c{i}", 1, Horizon + i, 100_000 - (2 * i)))).BeginClosing(new(Horizon, long.MinValue))!;
        for (var before = 0L; !run.IsDone; before = run.Journal.BoundariesMoved)
        {
            run.Step(Portion);
            Assert.InRange(run.Journal.BoundariesMoved - before, 0, (Portion * 512) + (2 * 3_000));
        }

        Assert.InRange(run.Journal.BoundariesMoved, 8_000_000, 10_000_000);
    }

    [Fact]
    public void The_epochs_are_replayed_in_portions_too_and_the_first_question_replays_none()
    {
        Entry[] entries = [.. Enumerable.Range(0, 4_000).SelectMany(i => new Entry[] { new Credit($"c{i}", 5, 10 * i, 14), new Usage($"u{i}", 3, (10 * i) + 7) })];
        var run = Judge.JournalOf(entries).BeginClosing(new(Horizon, long.MinValue))!;
        for (var before = 0L; !run.IsDone; before = run.Journal.EpochsReplayed)
        {
            run.Step(Portion);
            Assert.InRange(run.Journal.EpochsReplayed - before, 0, Portion);
        }

        var replayed = run.Journal.EpochsReplayed;
        Assert.Equal(run.Journal.EpochCount - 1, replayed);
        foreach (var at in (long[])[Horizon, 12_345, 39_999, 40_004])
            Assert.Equal((long)Oracle.At(entries, at).Balance, run.Journal.BalanceAt(at));
        Assert.Equal(replayed, run.Journal.EpochsReplayed);
    }

    [Fact]
    public void An_entry_that_stays_is_taken_over_without_a_string_or_an_entry_of_its_own()
    {
        const int staying = 20_000;
        var usages = Enumerable.Range(0, staying).Select(i => new Usage($"{i:D8}-0000-0000-0000-000000000000", 1, Horizon + i));
        var run = Judge.JournalOf([new Usage("leaves", 1, 0), .. usages]).BeginClosing(new(Horizon, long.MinValue))!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        run.Finish();
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / staying;
        Assert.InRange(bytes, 37 + 16 + 4, 37 + 16 + 80); // the id, the row, and their places; a string and an entry are 144 more
    }
}
