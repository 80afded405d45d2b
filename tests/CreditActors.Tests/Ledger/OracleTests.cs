using CreditActors.Ledger;
using CsCheck;

namespace CreditActors.Tests.Ledger;

/// <summary>The judge judged: sentences of SPEC §3 worked out by hand.</summary>
public sealed class OracleTests
{
    [Fact]
    public void A_late_credit_pays_an_uncovered_usage_first()
    {
        List<Entry> entries = [new Usage("u", 7, 20)];
        Assert.Equal(7, Oracle.At(entries, 20).Uncovered);
        entries.Add(new Credit("late", 10, 15, 10));
        Assert.Equal(3, Oracle.At(entries, 20).Balance);
        Assert.Equal(0, Oracle.At(entries, 20).Uncovered);
    }

    [Fact]
    public void At_one_timestamp_credits_come_before_usages()
    {
        Entry[] entries = [new Usage("a", 4, 10), new Credit("b", 10, 10, 0)];
        Assert.Equal(6, Oracle.At(entries, 10).Balance);
        Assert.Equal(0, Oracle.At(entries, 11).Balance);
        Assert.Equal(6, Oracle.At(entries, 11).Expired);
    }

    [Fact]
    public void Credits_burn_by_priority_then_end_then_start_then_id()
    {
        Entry[] entries =
        [
            new Credit("priority", 1, 5, 90, Priority: 10),
            new Credit("end", 1, 4, 10),
            new Credit("start", 1, 3, 20),
            new Credit("B", 1, 4, 19),
            new Credit("a", 1, 4, 19),
            new Usage("u", 9, 6),
        ];
        var line = Assert.Single(Oracle.At(entries, 6).Usages);
        Assert.Equal(["priority", "end", "start", "B", "a"], line.Burned.Select(burn => burn.CreditId));
        Assert.Equal(4, line.Uncovered);
    }

    [Fact]
    public void The_highest_revision_stands_whenever_it_came()
    {
        Entry[] entries = [new Credit("c", 5, 0, 10, Revision: 2), new Credit("c", 50, 0, 10), new Credit("c", 7, 0, 10, Revision: 1)];
        Assert.Equal(5, Oracle.At(entries, 5).Balance);
        Assert.Equal(0, Oracle.At([.. entries, new Credit("c", 0, 0, 10, Revision: 3)], 5).Balance);
    }

    [Fact]
    public void Of_two_contents_of_one_revision_the_first_is_in_the_set() =>
        Assert.Equal(5, Oracle.At([new Credit("c", 5, 0, 10), new Credit("c", 6, 0, 10)], 5).Balance);

    [Fact]
    public void The_plain_replay_of_long_runs_is_held_to_the_oracle() =>
        Entries.Crowded.Array[1, 40].Sample(
            entries =>
            {
                var replay = new PlainReplay();
                var standing = new Dictionary<(EntryKind, string), Entry>();
                foreach (var entry in entries)
                {
                    var old = standing.GetValueOrDefault((entry.Kind, entry.Id));
                    if (old is not null && old.Revision >= entry.Revision)
                        continue;
                    standing[(entry.Kind, entry.Id)] = entry;
                    replay.Take(entry, old);
                }

                var times = Oracle.InterestingTimes(entries);
                Assert.Equal(times.Select(at => (Int128)Oracle.At(entries, at).Balance), replay.BalancesAt(times));
            },
            iter: Effort.Samples(1_000),
            print: Script.Print);
}
