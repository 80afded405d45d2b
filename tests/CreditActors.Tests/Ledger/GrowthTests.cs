using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// <see cref="Journal.Mark"/> and <see cref="Journal.EntriesSince"/>: what an account saves in segments must give the
/// journal again, in whatever order a segment's entries are taken in.
/// </summary>
public sealed class GrowthTests(ITestOutputHelper output)
{
    [Fact]
    public void What_came_before_a_mark_and_the_entries_since_it_give_the_journal_again() =>
        Gen.Select(Entries.Crowded.Array[0, 30], Entries.Crowded.Array[0, 30], Gen.Int[0, int.MaxValue]).Sample(
            Rebuild, output.WriteLine, iter: Effort.Samples(2_000), print: Print);

    [Fact]
    public void The_same_holds_of_awkward_ids() =>
        Gen.Select(Entries.Awkward.Array[0, 60], Entries.Awkward.Array[0, 60], Gen.Int[0, int.MaxValue]).Sample(
            Rebuild, output.WriteLine, iter: Effort.Samples(500), print: Print);

    [Fact]
    public void The_same_holds_of_many_entries() =>
        Gen.Select(Entries.Wide.Array[0, 800], Entries.Wide.Array[0, 800], Gen.Int[0, int.MaxValue]).Sample(
            Rebuild, output.WriteLine, iter: Effort.Samples(15), print: Print);

    [Fact]
    public void Segments_saved_at_any_marks_rebuild_the_journal_one_after_another() =>
        Gen.Select(Entries.Crowded.Array[0, 8].Array[1, 8], Gen.Int[0, int.MaxValue]).Sample(
            (segments, seed) =>
            {
                var chance = new Random(seed);
                var journal = new Journal();
                var saved = new Journal();
                foreach (var segment in segments)
                {
                    var mark = journal.Mark();
                    foreach (var entry in segment)
                        journal.Apply(entry);
                    if (chance.Next(2) == 0)
                        _ = journal.BalanceAt(7);
                    TakeIn(saved, journal.EntriesSince(mark), chance);
                }

                Judge.SameJournal(journal, saved, [.. segments.SelectMany(entry => entry)]);
            },
            output.WriteLine,
            iter: Effort.Samples(1_000),
            print: sample => string.Join(" | ", sample.Item1.Select(Script.Print)) + " shuffled with " + sample.Item2);

    [Fact]
    public void The_default_mark_is_before_everything()
    {
        var journal = Judge.JournalOf([new Credit("c", 5, 0, 9), new Usage("u", 2, 3), new Usage("u", 1, 3, Revision: 1)]);
        Assert.Equal(new JournalMark(), new Journal().Mark());
        Assert.Equal([new Credit("c", 5, 0, 9), new Usage("u", 1, 3, Revision: 1)], journal.EntriesSince(default).Distinct().OrderBy(entry => entry.Kind));
        Assert.Empty(journal.EntriesSince(journal.Mark()));
        Assert.Equal(0, journal.CountSince(journal.Mark()));
    }

    [Fact]
    public void What_changed_nothing_is_not_growth()
    {
        var journal = Judge.JournalOf([new Credit("c", 5, 0, 9, Revision: 1), new Usage("u", 2, 3)]);
        var mark = journal.Mark();
        journal.Apply(new Credit("c", 5, 0, 9));
        journal.Apply(new Usage("u", 2, 3));
        _ = journal.BalanceAt(4);
        journal.DropCheckpoints();
        Assert.Equal(mark, journal.Mark());
        Assert.Empty(journal.EntriesSince(mark));
    }

    [Fact]
    public void Standing_credits_may_pass_the_limit_on_the_way_to_where_they_keep_it()
    {
        // c0 was cut down before the last credit came; the segment that holds both may be taken in the other way round.
        var before = Enumerable.Range(0, 1024).Select(n => new Credit($"c{n}", Limits.AmountMax, 0, 9)).ToArray();
        var journal = Judge.JournalOf(before);
        var mark = journal.Mark();
        journal.Apply(new Credit("c0", 1, 0, 9, Revision: 1));
        journal.Apply(new Credit("last", Limits.AmountMax, 0, 9));
        foreach (var reversed in new[] { false, true })
        {
            var again = Judge.JournalOf(before);
            foreach (var entry in reversed ? journal.EntriesSince(mark).Reverse() : journal.EntriesSince(mark))
                again.Apply(entry);
            Assert.Equal(journal.StandingCreditsSum, again.StandingCreditsSum);
            Assert.Equal(journal.BalanceAt(5), again.BalanceAt(5));
        }
    }

    [Fact]
    public void Pieces_between_neighbouring_marks_add_up_to_the_journal() =>
        Gen.Select(Entries.Crowded.Array[0, 8].Array[1, 8], Gen.Int[0, int.MaxValue]).Sample(
            (segments, seed) =>
            {
                var chance = new Random(seed);
                var journal = new Journal();
                var marks = new List<JournalMark> { default };
                foreach (var segment in segments)
                {
                    foreach (var entry in segment)
                        journal.Apply(entry);
                    marks.Add(journal.Mark());
                }

                var again = new Journal();
                foreach (var (from, to) in marks.Zip(marks.Skip(1)))
                    TakeIn(again, journal.EntriesBetween(from, to), chance);
                Assert.Equal(journal.EntriesSince(default).ToHashSet(), marks.Zip(marks.Skip(1)).SelectMany(pair => journal.EntriesBetween(pair.First, pair.Second)).ToHashSet());
                Judge.SameJournal(journal, again, [.. segments.SelectMany(entry => entry)]);
            },
            output.WriteLine,
            iter: Effort.Samples(1_000),
            print: sample => string.Join(" | ", sample.Item1.Select(Script.Print)) + " shuffled with " + sample.Item2);

    private static void Rebuild(Entry[] before, Entry[] after, int seed)
    {
        var chance = new Random(seed);
        var journal = Judge.JournalOf(before);
        if (chance.Next(2) == 0)
            _ = journal.BalanceAt(9);
        var mark = journal.Mark();
        foreach (var entry in after)
            journal.Apply(entry);
        Entry[] all = [.. before, .. after];

        var since = journal.EntriesSince(mark).ToList();
        Assert.True(journal.CountSince(mark) >= since.Count);
        Assert.Equal(since.Count == 0, journal.CountSince(mark) == 0);
        Assert.Equal(since.Count, since.Distinct().Count());
        Assert.All(since, entry => Assert.Equal(journal.Standing(entry.Kind, entry.Id), entry));
        var grown = Judge.JournalOf(before);
        if (chance.Next(2) == 0)
            _ = grown.BalanceAt(6);
        TakeIn(grown, since, chance);
        Judge.SameJournal(journal, grown, all);

        Assert.Equal(Oracle.Standing(all).ToHashSet(), journal.EntriesSince(default).ToHashSet());
        var whole = new Journal();
        TakeIn(whole, journal.EntriesSince(default), chance);
        Judge.SameJournal(journal, whole, all);
    }

    private static void TakeIn(Journal journal, IEnumerable<Entry> entries, Random chance)
    {
        var shuffled = entries.ToArray();
        chance.Shuffle(shuffled);
        foreach (var entry in shuffled)
            journal.Apply(entry);
    }

    private static string Print((Entry[] Before, Entry[] After, int Seed) sample) =>
        $"{Script.Print(sample.Before)} | {Script.Print(sample.After)} shuffled with {sample.Seed}";
}
