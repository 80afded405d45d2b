using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>What the journal keeps and what its questions cost: no answer shows it, so it is looked at from inside.</summary>
public sealed class EpochTests(ITestOutputHelper output)
{
    [Fact]
    public void There_is_an_epoch_for_each_boundary_of_a_standing_credit_and_none_for_what_was_voided_or_moved() =>
        Entries.Crowded.Array[1, 40].Sample(
            entries =>
            {
                var journal = Judge.JournalOf(entries);
                var boundaries = Oracle.Standing(entries).OfType<Credit>().Where(credit => credit.Amount > 0)
                    .SelectMany(credit => new[] { credit.Timestamp, credit.Timestamp + credit.Expiration + 1 })
                    .Distinct();
                Assert.Equal(1 + boundaries.Count(), journal.EpochCount);
            },
            output.WriteLine,
            iter: Effort.Samples(1_000),
            print: Script.Print);

    [Fact]
    public void A_question_asked_again_replays_nothing()
    {
        var journal = Chain(1_000);
        _ = journal.BalanceAt(20_000);
        var cost = journal.EpochsReplayed;
        for (var at = -5L; at < 20_000; at += 7)
            _ = journal.BalanceAt(at);
        Assert.Equal(cost, journal.EpochsReplayed);
    }

    [Fact]
    public void An_entry_in_order_costs_the_next_question_a_few_epochs_at_most()
    {
        var journal = Chain(1_000);
        var now = 10_000L;
        _ = journal.BalanceAt(now);
        var cost = journal.EpochsReplayed;
        for (var n = 0; n < 200; n++, now += 10)
        {
            journal.Apply(new Credit($"next{n}", 10, now, 8));
            journal.Apply(new Usage($"next{n}", 3, now + 1));
            Assert.Equal(7, journal.BalanceAt(now + 2));
        }

        Assert.InRange(journal.EpochsReplayed - cost, 200, 1_000);
    }

    [Fact]
    public void A_late_usage_whose_effect_ends_with_its_credit_replays_no_further_than_the_next_checkpoints()
    {
        var journal = Chain(5_000);
        _ = journal.BalanceAt(100_000);
        var cost = journal.EpochsReplayed;
        for (var n = 0; n < 50; n++)
        {
            journal.Apply(new Usage($"late{n}", 1, 1_005 + (n * 700)));
            _ = journal.BalanceAt(100_000);
        }

        Assert.InRange(journal.EpochsReplayed - cost, 50, 50 * 80);
    }

    [Fact]
    public void Two_late_usages_far_apart_are_both_felt_at_the_end()
    {
        // Between the two lie hundreds of checkpoints that the first leaves as they were.
        var journal = Chain(2_000);
        Assert.Equal(10, journal.BalanceAt(19_990));
        journal.Apply(new Usage("first", 4, 1_003));
        journal.Apply(new Usage("second", 4, 19_985));
        Assert.Equal(6, journal.BalanceAt(1_004));
        Assert.Equal(10, journal.BalanceAt(9_993));
        Assert.Equal(10, journal.BalanceAt(19_983));
        Assert.Equal(6, journal.BalanceAt(19_987));
        journal.Apply(new Usage("third", 3, 1_002));
        journal.Apply(new Usage("fourth", 3, 19_984));
        Assert.Equal(3, journal.BalanceAt(19_987));
        Assert.Equal(3, journal.BalanceAt(1_004));
    }

    [Fact]
    public void Checkpoints_of_one_total_are_told_apart_by_what_remains_of_each_credit()
    {
        // The usage is moved from the long credit to the short one: for a while the total is the same, and then it isn't.
        var journal = Chain(1_000);
        journal.Apply(new Credit("long", 50, 0, 9_000, Priority: 10));
        journal.Apply(new Credit("short", 50, 5, 4_000, Priority: 10));
        journal.Apply(new Usage("u", 5, 1));
        Assert.Equal(105, journal.BalanceAt(3_003));
        Assert.Equal(55, journal.BalanceAt(8_003));
        journal.Apply(new Usage("u", 5, 8, Revision: 1));
        Assert.Equal(105, journal.BalanceAt(3_003));
        Assert.Equal(60, journal.BalanceAt(8_003));
    }

    /// <summary>Credits of 10 one after another, each active for 9 ticks of ten.</summary>
    private static Journal Chain(int credits) =>
        Judge.JournalOf(Enumerable.Range(0, credits).Select(n => new Credit($"c{n}", 10, n * 10L, 8)));
}
