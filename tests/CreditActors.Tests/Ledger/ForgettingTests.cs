using System.Diagnostics;
using CreditActors.Ledger;
using CsCheck;
using Xunit.Abstractions;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// Event time goes on, books are closed behind it, and ids are forgotten one length later. The model gives an entry whose id is forgotten another
/// name, and knows nothing of closings.
/// </summary>
public sealed class ForgettingTests(ITestOutputHelper output)
{
    private const long Length = 6;
    private const int StepsATick = 4;

    [Fact]
    public void A_forgotten_id_is_that_of_another_entry_and_every_balance_from_the_horizon_on_is_exact() =>
        Gen.Select(Entries.Crowded, Gen.Int[0, 9]).Array[20, 240].Sample(
            Run, output.WriteLine, iter: Effort.Samples(120), print: steps => string.Join("; ", steps.Select(step => $"{Script.Print([step.Item1])} [{step.Item2}]")));

    private static void Run((Entry Entry, int Dice)[] steps)
    {
        var journal = new Journal();
        var recorded = new List<Entry>();
        var lives = new Dictionary<(EntryKind Kind, string Id), int>();
        var left = new Dictionary<(EntryKind Kind, string Id), long>();
        var horizon = long.MinValue;
        for (var i = 0; i < steps.Length; i++)
        {
            var now = i / StepsATick;
            var entry = Moved(steps[i].Entry, now);
            var key = (entry.Kind, entry.Id);
            var expected = HorizonModel.Decide(Named(entry, lives.GetValueOrDefault(key)), recorded, horizon, isGone: _ => left.ContainsKey(key));
            Assert.Equal((i, expected), (i, journal.Decide(entry).Status));
            if (expected == OutcomeStatus.Recorded)
            {
                journal.Apply(entry);
                recorded.Add(Named(entry, lives.GetValueOrDefault(key)));
            }

            if (steps[i].Dice == 0 && now > horizon)
                Close(now);
            if (steps[i].Dice == 1)
                journal = Restored(journal);
            foreach (var at in Oracle.InterestingTimes(recorded).Where(at => at >= horizon))
                Judge.Compare(journal, recorded, at, $"with the books closed before {horizon}");
        }

        void Close(long at)
        {
            horizon = at;
            journal = journal.Close(new(horizon, ForgetThrough: horizon - Length));
            foreach (var key in left.Where(gone => gone.Value <= horizon - Length).Select(gone => gone.Key).ToArray())
            {
                left.Remove(key);
                lives[key] = lives.GetValueOrDefault(key) + 1;
            }

            foreach (var (kind, id) in steps.Select(step => (step.Entry.Kind, step.Entry.Id)).Distinct())
            {
                var name = Name(id, lives.GetValueOrDefault((kind, id)));
                if (journal.Standing(kind, id) is null && recorded.Any(entry => entry.Kind == kind && entry.Id == name))
                    left.TryAdd((kind, id), horizon);
            }
        }
    }

    private static Journal Restored(Journal journal)
    {
        if (journal.Closed is not { } closed)
            return journal;
        var restored = journal.Restored(closed with { Ids = [] });
        foreach (var entry in journal.EntriesSince(default))
            restored.Apply(entry);
        restored.Remember(ClosedIds.Of(closed.IdsBetween(0, closed.IdCount)));
        return restored;
    }

    private static Entry Moved(Entry entry, long ticks) => entry switch
    {
        Credit credit => credit with { Timestamp = credit.Timestamp + ticks },
        Usage usage => usage with { Timestamp = usage.Timestamp + ticks },
        _ => throw new UnreachableException(),
    };

    private static Entry Named(Entry entry, int life) => entry switch
    {
        Credit credit => credit with { CreditId = Name(credit.CreditId, life) },
        Usage usage => usage with { UsageId = Name(usage.UsageId, life) },
        _ => throw new UnreachableException(),
    };

    private static string Name(string id, int life) => $"{id}.{life}";
}
