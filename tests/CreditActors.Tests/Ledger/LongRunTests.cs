using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// One journal grown by thousands of random writes, asked at random moments, beside a model of its standing entries and a
/// replay of them. Runs are seeded; more seeds with <see cref="Effort"/>.
/// </summary>
public sealed class LongRunTests
{
    public static TheoryData<string, int> Runs
    {
        get
        {
            var runs = new TheoryData<string, int>();
            foreach (var shape in Shape.All)
            {
                for (var seed = 1; seed <= Effort.Samples(1); seed++)
                    runs.Add(shape.Name, seed);
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_long_run_is_answered_as_a_replay_does(string name, int seed)
    {
        var shape = Shape.All.Single(shape => shape.Name == name);
        var chance = new Random(seed);
        var journal = new Journal();
        var model = new WriteModel();
        var replay = new PlainReplay();
        var halfway = new Journal();
        JournalMark mark = default;
        var offered = new List<Entry>();
        for (var step = 0; step < shape.Steps; step++)
        {
            var entry = offered.Count > 0 && chance.NextDouble() < shape.Amendments
                ? Amendment(shape, chance, step, offered[chance.Next(offered.Count)])
                : shape.Make(chance, step);
            offered.Add(entry);
            Write(entry);
            if (step == shape.Steps / 2)
            {
                mark = journal.Mark();
                TakeIn(halfway, journal.EntriesSince(default), chance);
            }

            if (chance.Next(shape.StepsForAQuestion) == 0)
                Ask(journal, step, howMany: chance.Next(1, 4));
            if (chance.Next(500) == 0)
                journal.DropCheckpoints();
        }

        Ask(journal, shape.Steps, howMany: 300);
        foreach (var entry in model.Standing)
            Assert.Equal(entry, journal.Standing(entry.Kind, entry.Id));
        Assert.Equal(model.Standing.Count, journal.CreditCount + journal.UsageCount);
        Assert.Null(journal.Standing(EntryKind.Usage, "never"));

        TakeIn(halfway, journal.EntriesSince(mark), chance);
        Ask(halfway, shape.Steps, howMany: 300);

        void Write(Entry entry)
        {
            var status = model.Decide(entry);
            Assert.Equal((offered.Count, status), (offered.Count, journal.Decide(entry).Status));
            if (status != OutcomeStatus.Recorded)
                return;
            replay.Take(entry, model.Find(entry));
            model.Record(entry);
            journal.Apply(entry);
        }

        void Ask(Journal asked, int step, int howMany)
        {
            var times = Enumerable.Range(0, howMany).Select(_ => shape.Times(chance, step)).ToArray();
            var ascending = times.Order().ToArray();
            var expected = replay.BalancesAt(ascending);
            foreach (var at in times)
            {
                var balance = expected[Array.BinarySearch(ascending, at)];
                var answer = asked.BalanceAt(at);
                Assert.True(balance == answer, $"{shape.Name}, seed {seed}, step {step}: balance({at}) is {balance}, the journal says {answer}");
            }
        }
    }

    /// <summary>Another edition: a void, another time, another amount; one in eight is a repetition or an older revision.</summary>
    private static Entry Amendment(Shape shape, Random chance, int step, Entry entry)
    {
        var revision = entry.Revision + 1 + chance.Next(2);
        switch (chance.Next(8))
        {
            case 0:
                return entry;
            case 1:
                return entry with { Amount = 0, Revision = revision };
            case 2:
                return entry with { Amount = Math.Max(1, entry.Amount / 2), Revision = revision };
            case 3 when entry is Credit credit:
                return credit with { Priority = 100 - credit.Priority, Revision = revision };
            default:
                var other = shape.Make(chance, step);
                return entry switch
                {
                    Credit credit when other is Credit moved => moved with { CreditId = credit.CreditId, Revision = revision },
                    Credit credit => credit with { Expiration = credit.Expiration / 2, Amount = Math.Max(1, credit.Amount), Revision = revision },
                    Usage usage => usage with { Timestamp = other.Timestamp, Amount = Math.Max(1, usage.Amount), Revision = revision },
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
        }
    }

    private static void TakeIn(Journal journal, IEnumerable<Entry> entries, Random chance)
    {
        var shuffled = entries.ToArray();
        chance.Shuffle(shuffled);
        foreach (var entry in shuffled)
            journal.Apply(entry);
    }
}
