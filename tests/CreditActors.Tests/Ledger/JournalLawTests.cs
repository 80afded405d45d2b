using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>The laws L1 to L5 of SPEC §3, and what follows from them, over crowded random journals.</summary>
public sealed class JournalLawTests(ITestOutputHelper output)
{
    private static readonly Gen<Entry[]> Sets = Entries.Set(Entries.Crowded, 1, 24);

    [Fact]
    public void Any_arrival_order_of_the_same_entries_gives_the_same_answers() =>
        Gen.Select(Sets, Gen.Int[0, int.MaxValue]).Sample(
            (entries, seed) =>
            {
                var shuffled = Shuffled(entries, seed);
                Judge.SameJournal(Judge.JournalOf(entries), Judge.JournalOf(shuffled), entries);
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: sample => Script.Print(sample.Item1) + " shuffled with " + sample.Item2);

    [Fact]
    public void Entries_taken_in_together_are_entries_taken_in_one_by_one() =>
        Sets.Sample(
            entries =>
            {
                var together = new Journal();
                together.Apply(entries.AsSpan());
                Judge.SameJournal(Judge.JournalOf(entries), together, entries);
            },
            output.WriteLine,
            iter: Effort.Samples(500),
            print: Script.Print);

    [Fact]
    public void Sending_anything_again_changes_nothing() =>
        Gen.Select(Sets, Gen.Int[0, int.MaxValue]).Sample(
            (entries, seed) =>
            {
                var journal = Judge.JournalOf(entries);
                var again = Judge.JournalOf(entries);
                foreach (var entry in Shuffled(entries, seed))
                {
                    Assert.NotEqual(OutcomeStatus.Recorded, again.Decide(entry).Status);
                    again.Apply(entry);
                }

                Judge.SameJournal(journal, again, entries);
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: sample => Script.Print(sample.Item1) + " shuffled with " + sample.Item2);

    [Fact]
    public void Questions_and_dropped_checkpoints_change_no_answer() =>
        Entries.Steps(Entries.Crowded, 12, 1, 40).Sample(
            steps =>
            {
                var plain = Judge.JournalOf(Taken(steps));
                var disturbed = new Journal();
                foreach (var step in steps)
                {
                    switch (step)
                    {
                        case Step.Take take:
                            disturbed.Apply(take.Entry);
                            break;
                        case Step.Ask ask:
                            var before = disturbed.BalanceAt(ask.At);
                            disturbed.DropCheckpoints();
                            Assert.Equal(before, disturbed.BalanceAt(ask.At));
                            break;
                        case Step.Drop:
                            disturbed.DropCheckpoints();
                            break;
                        default:
                            throw new System.Diagnostics.UnreachableException();
                    }
                }

                Judge.SameAnswers(plain, disturbed, Oracle.InterestingTimes(Taken(steps)));
                disturbed.DropCheckpoints();
                Judge.SameAnswers(plain, disturbed, Oracle.InterestingTimes(Taken(steps)).Reverse());
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: Script.Print);

    [Fact]
    public void What_was_credited_is_burned_expired_or_the_balance() =>
        Sets.Sample(
            entries =>
            {
                var journal = Judge.JournalOf(entries);
                foreach (var at in Oracle.InterestingTimes(entries))
                {
                    var oracle = Oracle.At(entries, at);
                    Assert.Equal(oracle.Credited, oracle.BurnedFromCredits + oracle.Expired + journal.BalanceAt(at));
                    Assert.Equal(oracle.Used, oracle.BurnedByUsages + oracle.Uncovered);
                    Assert.Equal(oracle.BurnedFromCredits, oracle.BurnedByUsages);
                }
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: Script.Print);

    [Fact]
    public void An_entry_changes_no_balance_before_it_and_an_amendment_none_before_the_earlier_of_its_times() =>
        Gen.Select(Sets, Entries.Crowded).Sample(
            (entries, entry) =>
            {
                var journal = Judge.JournalOf(entries);
                var first = journal.Standing(entry.Kind, entry.Id) is { IsVoid: false } standing
                    ? Math.Min(standing.Timestamp, entry.Timestamp)
                    : entry.Timestamp;
                long[] times = [-Limits.TicksMax, .. Enumerable.Range(-1, 14).Select(at => (long)at).Where(at => at < first)];
                var before = times.Select(journal.BalanceAt).ToArray();
                journal.Apply(entry);
                Assert.Equal(before, times.Reverse().Select(journal.BalanceAt).Reverse());
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: sample => Script.Print(sample.Item1) + " then " + Script.Print([sample.Item2]));

    [Fact]
    public void Adding_a_credit_lowers_no_balance_and_adding_a_usage_raises_none() =>
        Gen.Select(Sets, Entries.Crowded).Sample(
            (entries, added) =>
            {
                var entry = added is Credit credit
                    ? (Entry)(credit with { CreditId = "new", Amount = credit.Amount + 1 })
                    : (Usage)added with { UsageId = "new", Amount = added.Amount + 1 };
                var times = Oracle.InterestingTimes([.. entries, entry]);
                var journal = Judge.JournalOf(entries);
                var before = times.Select(journal.BalanceAt).ToArray();
                journal.Apply(entry);
                foreach (var (at, old) in times.Zip(before))
                {
                    var now = journal.BalanceAt(at);
                    Assert.True(entry is Credit ? now >= old : now <= old, $"balance({at}) went from {old} to {now}");
                    Assert.True(now >= 0);
                }
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: sample => Script.Print(sample.Item1) + " then " + Script.Print([sample.Item2]));

    [Fact]
    public void A_void_leaves_the_journal_as_if_the_entry_had_never_come() =>
        Gen.Select(Sets, Entries.Crowded, Gen.Bool).Sample(
            (entries, passing, askBetween) =>
            {
                var entry = passing is Credit credit ? (Entry)(credit with { CreditId = "passing" }) : (Usage)passing with { UsageId = "passing" };
                var journal = Judge.JournalOf(entries);
                var times = Oracle.InterestingTimes([.. entries, entry]);
                journal.Apply(entry);
                if (askBetween)
                    _ = times.Select(journal.BalanceAt).ToArray();
                journal.Apply(entry with { Amount = 0, Timestamp = 3, Revision = 7 });
                Judge.SameAnswers(Judge.JournalOf(entries), journal, times);
            },
            output.WriteLine,
            iter: Effort.Samples(2_000),
            print: sample => Script.Print(sample.Item1) + " with, for a while, " + Script.Print([sample.Item2]));

    private static Entry[] Shuffled(Entry[] entries, int seed)
    {
        var shuffled = entries.ToArray();
        new Random(seed).Shuffle(shuffled);
        return shuffled;
    }

    private static Entry[] Taken(IEnumerable<Step> steps) => [.. steps.OfType<Step.Take>().Select(take => take.Entry)];
}
