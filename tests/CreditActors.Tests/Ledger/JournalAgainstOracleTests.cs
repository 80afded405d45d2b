using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>The journal beside the oracle, with questions between the entries: marks of what is stale gather between two questions.</summary>
public sealed class JournalAgainstOracleTests(ITestOutputHelper output)
{
    [Fact]
    public void Crowded_entries_with_questions_between_are_answered_as_the_oracle_does() =>
        Entries.Steps(Entries.Crowded, 12, 1, 40).Sample(
            Judge.RunAndCompare, output.WriteLine, iter: Effort.Samples(6_000), print: Script.Print);

    [Fact]
    public void A_chain_of_short_credits_with_questions_between_is_answered_as_the_oracle_does() =>
        Entries.Steps(Entries.Chained, 64, 60, 200, takesForAnAsk: 4).Sample(
            Judge.RunAndCompare, output.WriteLine, iter: Effort.Samples(250), print: Script.Print);

    [Fact]
    public void Usages_moved_from_credit_to_credit_with_questions_between_are_answered_as_the_oracle_does() =>
        Entries.Steps(Entries.Moving, 64, 60, 200, takesForAnAsk: 3).Sample(
            Judge.RunAndCompare, output.WriteLine, iter: Effort.Samples(250), print: Script.Print);

    [Fact]
    public void Many_epochs_with_questions_between_are_answered_as_the_oracle_does() =>
        Entries.Steps(Entries.Wide, 120, 100, 500, takesForAnAsk: 8).Sample(
            Judge.RunAndCompare, output.WriteLine, iter: Effort.Samples(40), print: Script.Print);

    [Fact]
    public void Awkward_ids_are_told_apart_and_ordered_as_ordinals() =>
        Entries.Steps(Entries.Awkward, 12, 1, 60).Sample(
            Judge.RunAndCompare, output.WriteLine, iter: Effort.Samples(1_500), print: Script.Print);

    [Fact]
    public void After_every_single_entry_every_balance_is_the_oracles() =>
        Entries.Set(Entries.Crowded, 1, 20).Sample(
            entries =>
            {
                var journal = new Journal();
                var taken = new List<Entry>();
                foreach (var entry in entries)
                {
                    journal.Apply(entry);
                    taken.Add(entry);
                    Judge.CompareEverywhere(journal, taken, backwards: taken.Count % 2 == 0);
                }
            },
            output.WriteLine,
            iter: Effort.Samples(400),
            print: Script.Print);
}
