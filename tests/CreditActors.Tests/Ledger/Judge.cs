using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>Runs scripts on a journal beside the oracle.</summary>
internal static class Judge
{
    public static Journal JournalOf(IEnumerable<Entry> entries)
    {
        var journal = new Journal();
        foreach (var entry in entries)
            journal.Apply(entry);
        return journal;
    }

    /// <summary>
    /// Runs the steps, and compares the journal with the oracle at each question of the script, and at no other moment: a
    /// question heals what is stale, so asking more would hide what two entries between two questions break. At the end it
    /// asks everywhere, backwards and forwards by turns.
    /// </summary>
    public static void RunAndCompare(IReadOnlyList<Step> steps)
    {
        var journal = new Journal();
        var taken = new List<Entry>();
        for (var index = 0; index < steps.Count; index++)
        {
            switch (steps[index])
            {
                case Step.Take take:
                    journal.Apply(take.Entry);
                    taken.Add(take.Entry);
                    break;
                case Step.Ask ask:
                    Compare(journal, taken, ask.At, $"at step {index}");
                    break;
                case Step.Drop:
                    journal.DropCheckpoints();
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        CompareEverywhere(journal, taken, backwards: taken.Count % 2 == 0);
    }

    public static void CompareEverywhere(Journal journal, IReadOnlyCollection<Entry> taken, bool backwards = false)
    {
        var times = Oracle.InterestingTimes(taken);
        if (backwards)
            Array.Reverse(times);
        foreach (var at in times)
            Compare(journal, taken, at, "at the end");
    }

    public static void Compare(Journal journal, IEnumerable<Entry> taken, long at, string when)
    {
        var expected = Oracle.At(taken, at).Balance;
        var actual = journal.BalanceAt(at);
        Assert.True(expected == actual, $"balance({at}) {when}: the oracle says {expected}, the journal {actual}");
    }

    public static void SameAnswers(Journal expected, Journal actual, IEnumerable<long> times)
    {
        foreach (var at in times)
            Assert.Equal((at, expected.BalanceAt(at)), (at, actual.BalanceAt(at)));
    }

    /// <summary>The same answers and the same memory: standing editions, counts and sums too.</summary>
    public static void SameJournal(Journal expected, Journal actual, IReadOnlyCollection<Entry> everTaken)
    {
        Assert.Equal(expected.UsageCount, actual.UsageCount);
        Assert.Equal(expected.CreditCount, actual.CreditCount);
        Assert.Equal(expected.StandingCreditsSum, actual.StandingCreditsSum);
        foreach (var (kind, id) in everTaken.Select(entry => (entry.Kind, entry.Id)).Distinct())
            Assert.Equal(expected.Standing(kind, id), actual.Standing(kind, id));
        SameAnswers(expected, actual, Oracle.InterestingTimes(everTaken));
    }
}
