using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Tests.Ledger;
using CsCheck;

namespace CreditActors.Tests.Accounts;

public sealed class SegmentsTests
{
    /// <summary>The defaults' proportions at an eighth of their size.</summary>
    private static readonly SnapshotSettings Eighth = new(CutEvents: 32, CutEntries: 256, RowEntriesMax: 8_192, TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(1, 40_000, 4)]
    [InlineData(10, 40_000, 4)]
    [InlineData(90, 40_000, 3)]
    [InlineData(512, 40_000, 3)]
    public void What_is_written_stays_in_proportion_to_growth_and_rows_stay_few(int entriesInAnEvent, int entries, int timesWritten)
    {
        var rows = new Segments(Eighth);
        var journal = new Journal();
        long written = 0;
        var most = 0;
        for (var version = 1; version <= entries / entriesInAnEvent; version++)
        {
            for (var i = 0; i < entriesInAnEvent; i++)
                journal.Apply(new Usage($"u{version}-{i}", 1, 1));
            rows.Grown(version, journal);
            while (rows.IsDue)
            {
                var cut = rows.Cut();
                Assert.InRange(cut.Row.Entries, 1, Eighth.RowEntriesMax);
                written += journal.EntriesBetween(cut.Row.From, cut.Row.To).Count();
                Assert.Equal(cut.Row.Version * entriesInAnEvent, cut.OlderEntries + cut.Row.Entries);
                rows.Saved();
                most = Math.Max(most, rows.SavedCount);
            }
        }

        Assert.InRange(written, entries * 9 / 10, (long)entries * timesWritten);
        Assert.InRange(most, 1, (entries / (Eighth.RowEntriesMax / 2)) + (7 * 3));
    }

    [Fact]
    public void What_piled_up_without_a_snapshot_is_saved_in_few_rows_of_bounded_size()
    {
        var rows = new Segments(Eighth);
        var journal = new Journal();
        for (var version = 1; version <= 25_000; version++)
        {
            journal.Apply(new Usage($"u{version}", 1, 1));
            rows.Grown(version, journal);
        }

        var cuts = 0;
        for (; rows.IsDue; cuts++)
        {
            Assert.InRange(rows.Cut().Row.Entries, 1, Eighth.RowEntriesMax);
            rows.Saved();
        }

        Assert.Equal(4, cuts);
    }

    [Fact]
    public void A_failed_save_is_tried_again_at_the_next_threshold_and_not_before()
    {
        var rows = new Segments(Eighth with { CutEvents = 2 });
        var journal = new Journal();
        Grow(1);
        Assert.False(rows.IsDue);
        Grow(2);
        Assert.Equal(2, rows.Cut().Row.Version);
        rows.SaveFailed();
        Assert.False(rows.IsDue);
        Grow(3);
        Assert.False(rows.IsDue);
        Grow(4);
        Assert.Equal(4, rows.Cut().Row.Version);
        rows.Saved();
        Assert.False(rows.IsDue);

        void Grow(long version)
        {
            journal.Apply(new Usage($"u{version}", 1, 1));
            rows.Grown(version, journal);
        }
    }

    /// <summary>
    /// The rows as a store would hold them, at random moments and with saves that fail at random: together with the events
    /// after the newest they are the journal again, amendments of old entries included.
    /// </summary>
    [Fact]
    public void The_saved_rows_and_the_events_after_them_are_the_account() =>
        Gen.Select(Entries.Wide.Array[1, 6].Array[1, 150], Gen.Int[0, 3].Array[1, 20], Gen.Int[1, 4], Gen.Int[2, 40]).Sample(
            (events, luck, cutEvents, rowEntriesMax) =>
            {
                var settings = new SnapshotSettings(cutEvents, CutEntries: 8, rowEntriesMax, TimeSpan.Zero);
                var rows = new Segments(settings);
                var journal = new Journal();
                var store = new SortedDictionary<long, (IReadOnlyList<long> Older, Entry[] Entries)>();
                var saves = 0;
                for (var i = 0; i < events.Length; i++)
                {
                    foreach (var entry in events[i])
                        journal.Apply(entry);
                    rows.Grown(i + 1, journal);
                    while (rows.IsDue)
                    {
                        var cut = rows.Cut();
                        if (luck[saves++ % luck.Length] == 0)
                        {
                            rows.SaveFailed();
                            continue;
                        }

                        store[cut.Row.Version] = (cut.OlderVersions, [.. journal.EntriesBetween(cut.Row.From, cut.Row.To)]);
                        foreach (var replaced in rows.Saved().Replaced)
                            store.Remove(replaced);
                    }

                    if (i % 16 == 15)
                        (journal, rows) = Recover(i + 1);
                }

                Judge.SameJournal(Judge.JournalOf(events.SelectMany(entries => entries)), Recover(events.Length).Journal, [.. events.SelectMany(entries => entries)]);

                (Journal Journal, Segments Rows) Recover(int version)
                {
                    var recovered = new Journal();
                    var restored = new Segments(settings);
                    var newest = 0L;
                    if (store.Count > 0)
                    {
                        newest = store.Keys.Last();
                        Assert.Equal(store.Keys.SkipLast(1), store[newest].Older);
                        foreach (var (row, (_, entries)) in store)
                        {
                            foreach (var entry in entries)
                                recovered.Apply(entry);
                            restored.Restored(row, recovered);
                        }
                    }

                    for (var i = (int)newest; i < version; i++)
                    {
                        foreach (var entry in events[i])
                            recovered.Apply(entry);
                        restored.Grown(i + 1, recovered);
                    }

                    return (recovered, restored);
                }
            },
            iter: Effort.Samples(300));
}
