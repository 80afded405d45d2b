using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>What becomes of a write (SPEC §4), decided against the edition that stands.</summary>
public sealed class OutcomeTests(ITestOutputHelper output)
{
    private static readonly Credit First = new("c", 10, 5, 20);

    [Fact]
    public void Every_write_is_decided_as_the_model_does_and_a_decision_changes_nothing() =>
        Gen.Frequency((9, Entries.Crowded), (1, Broken)).Array[1, 60].Sample(
            entries =>
            {
                var (journal, model) = (new Journal(), new WriteModel());
                foreach (var entry in entries)
                    WriteToBoth(journal, model, entry);

                Assert.Equal(model.Standing.Count(entry => entry is Credit), journal.CreditCount);
                Assert.Equal(model.Standing.Count(entry => entry is Usage), journal.UsageCount);
                Judge.CompareEverywhere(journal, [.. model.Standing]);
            },
            output.WriteLine,
            iter: Effort.Samples(1_500),
            print: Script.Print);

    [Fact]
    public void Near_the_limit_of_standing_credits_every_write_is_decided_as_the_model_does() =>
        Gen.Frequency((3, Huge), (2, Entries.Crowded)).Array[20, 60].Sample(
            entries =>
            {
                var (journal, model) = (new Journal(), new WriteModel());
                foreach (var entry in Enumerable.Range(0, 1021).Select(n => new Credit($"base{n}", Limits.AmountMax, 3, 4)))
                {
                    journal.Apply(entry);
                    model.Record(entry);
                }

                foreach (var entry in entries)
                    WriteToBoth(journal, model, entry);
                Judge.Compare(journal, model.Standing, 5, "at the end");
            },
            output.WriteLine,
            iter: Effort.Samples(40),
            print: Script.Print);

    [Fact]
    public void A_new_entry_is_recorded_and_its_repetition_is_a_duplicate()
    {
        var journal = new Journal();
        Assert.Equal(new Decision(OutcomeStatus.Recorded), journal.Decide(First));
        journal.Apply(First);
        Assert.Equal(new Decision(OutcomeStatus.Duplicate), journal.Decide(new Credit("c", 10, 5, 20, Limits.PriorityDefault, 0)));
    }

    [Fact]
    public void Other_content_of_the_standing_revision_is_a_conflict_that_shows_what_stands()
    {
        var journal = Judge.JournalOf([First, new Usage("u", 3, 7)]);
        Credit[] others =
        [
            First with { Amount = 11 }, First with { Timestamp = 6 }, First with { Expiration = 21 }, First with { Priority = 49 },
        ];
        foreach (var other in others)
            Assert.Equal(new Decision(OutcomeStatus.Conflict, First), journal.Decide(other));
        Assert.Equal(new Decision(OutcomeStatus.Conflict, new Usage("u", 3, 7)), journal.Decide(new Usage("u", 3, 8)));
    }

    [Fact]
    public void A_lower_revision_is_superseded_whatever_its_content()
    {
        var journal = Judge.JournalOf([First with { Revision = 2 }]);
        Assert.Equal(OutcomeStatus.Superseded, journal.Decide(First).Status);
        Assert.Equal(OutcomeStatus.Superseded, journal.Decide(First with { Amount = 99, Revision = 1 }).Status);
        Assert.Equal(OutcomeStatus.Superseded, journal.Decide(First with { Amount = 0, Revision = 1 }).Status);
    }

    [Fact]
    public void A_broken_rule_is_rejected_before_revisions_are_compared()
    {
        var journal = Judge.JournalOf([First with { Revision = 2 }]);
        Assert.Equal(OutcomeStatus.Rejected, journal.Decide(First with { Amount = 0 }).Status);
        Assert.Equal(OutcomeStatus.Rejected, journal.Decide(First with { Priority = 101, Revision = 1 }).Status);
    }

    [Fact]
    public void A_credit_and_a_usage_of_one_id_are_two_entries()
    {
        var journal = Judge.JournalOf([new Credit("x", 10, 0, 9)]);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Usage("x", 4, 1)).Status);
        journal.Apply(new Usage("x", 4, 1));
        Assert.Equal((1, 1), (journal.CreditCount, journal.UsageCount));
        Assert.Equal(new Credit("x", 10, 0, 9), journal.Standing(EntryKind.Credit, "x"));
        Assert.Equal(new Usage("x", 4, 1), journal.Standing(EntryKind.Usage, "x"));
        Assert.Equal(6, journal.BalanceAt(1));
    }

    [Fact]
    public void A_voided_entry_stands_as_a_void_and_counts()
    {
        var journal = Judge.JournalOf([First, First with { Amount = 0, Revision = 1 }]);
        Assert.Equal(First with { Amount = 0, Revision = 1 }, journal.Standing(EntryKind.Credit, "c"));
        Assert.Equal(1, journal.CreditCount);
        Assert.Equal(0, journal.BalanceAt(5));
        Assert.Equal(OutcomeStatus.Superseded, journal.Decide(First).Status);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(First with { Revision = 2 }).Status);
        journal.Apply(First with { Revision = 2 });
        Assert.Equal(10, journal.BalanceAt(5));
    }

    [Fact]
    public void A_void_may_be_the_first_that_is_heard_of_an_entry()
    {
        var journal = Judge.JournalOf([new Credit("c", 0, 5, 20, Revision: 1), new Usage("u", 0, 6, Revision: 3)]);
        Assert.Equal((1, 1), (journal.CreditCount, journal.UsageCount));
        Assert.Equal(0, journal.BalanceAt(6));
        Assert.Equal(OutcomeStatus.Superseded, journal.Decide(First).Status);
    }

    [Fact]
    public void The_standing_credits_add_up_to_at_most_the_limit_and_a_void_or_an_amendment_makes_room()
    {
        // 1,024 credits of 2^53 - 1 leave 1,023 below 2^63 - 1.
        var journal = Judge.JournalOf(Enumerable.Range(0, 1024).Select(n => new Credit($"c{n}", Limits.AmountMax, n, 5_000)));
        Assert.Equal((Int128)Limits.StandingCreditsMax - 1023, journal.StandingCreditsSum);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Credit("more", 1023, 0, 5_000)).Status);
        var beyond = journal.Decide(new Credit("more", 1024, 0, 5_000));
        Assert.Equal(OutcomeStatus.Rejected, beyond.Status);
        Assert.Equal("amount", beyond.Refusal!.Field);

        journal.Apply(new Credit("more", 1023, 0, 5_000));
        Assert.Equal(long.MaxValue, journal.BalanceAt(2_000));
        Assert.Equal(OutcomeStatus.Rejected, journal.Decide(new Credit("one", 1, -9_000, 1)).Status);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Usage("u", Limits.AmountMax, 1)).Status);
        Assert.Equal(OutcomeStatus.Duplicate, journal.Decide(new Credit("more", 1023, 0, 5_000)).Status);
        Assert.Equal(OutcomeStatus.Conflict, journal.Decide(new Credit("more", 2000, 0, 5_000)).Status);
        Assert.Equal(OutcomeStatus.Rejected, journal.Decide(new Credit("more", 1024, 0, 5_000, Revision: 1)).Status);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Credit("more", 1023, 7, 5_000, Revision: 1)).Status);

        journal.Apply(new Credit("more", 1022, 0, 5_000, Revision: 1));
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Credit("one", 1, -9_000, 1)).Status);
        Assert.Equal(OutcomeStatus.Rejected, journal.Decide(new Credit("one", 2, -9_000, 1)).Status);
        journal.Apply(new Credit("c5", 0, 5, 5_000, Revision: 1));
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Credit("one", Limits.AmountMax, -9_000, 1)).Status);
    }

    /// <summary>Beside 1,021 credits as large, four of these are one too many.</summary>
    private static Gen<Entry> Huge =>
        from id in Gen.Int[0, 4]
        from revision in Gen.Int[0, 5]
        from amount in Gen.OneOf(Gen.Long[Limits.AmountMax - 2, Limits.AmountMax], Gen.Const(Limits.AmountMax / 2))
        from dice in Gen.Int[0, 4]
        select (Entry)new Credit($"huge{id}", revision > 0 && dice == 0 ? 0 : amount, 3, 4, Revision: revision);

    private static Gen<Entry> Broken =>
        from entry in Entries.Crowded
        from fault in Gen.Int[0, 7]
        select fault switch
        {
            0 => entry with { Amount = -1 },
            1 => entry with { Amount = Limits.AmountMax + 1 },
            2 => entry with { Timestamp = Limits.TicksMax + 1 },
            3 => entry with { Timestamp = -Limits.TicksMax - 1 },
            4 => entry with { Revision = -1 },
            5 => entry is Credit c ? c with { Expiration = Limits.TicksMax - c.Timestamp + 1 } : (Usage)entry with { UsageId = "" },
            6 => entry is Credit c ? c with { Priority = 101 } : (Usage)entry with { UsageId = "a b" },
            7 => entry is Credit c ? c with { CreditId = new string('a', 129) } : (Usage)entry with { UsageId = "é" },
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    [Fact]
    public void An_entry_whose_id_finds_no_room_is_rejected_and_those_that_are_known_go_on()
    {
        var journal = new Journal(idBytesMax: 4);
        journal.Apply(new Usage("u1", 1, 1));
        var refused = journal.Decide(new Usage("u2", 1, 1));
        Assert.Equal((OutcomeStatus.Rejected, "usageId"), (refused.Status, refused.Refusal?.Field));
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Usage("u1", 2, 1, Revision: 1)).Status);
        Assert.Equal(OutcomeStatus.Recorded, journal.Decide(new Credit("c1", 1, 1, 1)).Status);
        Assert.Equal("creditId", journal.Decide(new Credit("c1234", 1, 1, 1)).Refusal?.Field);
    }

    private static void WriteToBoth(Journal journal, WriteModel model, Entry entry)
    {
        var expected = model.Decide(entry);
        var decision = journal.Decide(entry);
        Assert.Equal(expected, decision.Status);
        Assert.Equal(decision, journal.Decide(entry));
        Assert.Equal(expected == OutcomeStatus.Conflict ? model.Find(entry) : null, decision.Standing);
        Assert.Equal(expected == OutcomeStatus.Rejected, decision.Refusal is not null);
        if (expected == OutcomeStatus.Recorded)
        {
            journal.Apply(entry);
            model.Record(entry);
        }

        Assert.Equal(model.StandingCredits, (System.Numerics.BigInteger)journal.StandingCreditsSum);
        if (expected != OutcomeStatus.Rejected)
            Assert.Equal(model.Find(entry), journal.Standing(entry.Kind, entry.Id));
    }
}
