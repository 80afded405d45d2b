using CreditActors.Accounts;
using CreditActors.Ledger;

namespace CreditActors.Tests.Accounts;

/// <summary>The rows with which a snapshot begins anew after a closing.</summary>
public sealed class SegmentsClosingTests
{
    private static readonly SnapshotSettings Settings = new(CutEvents: 2, CutEntries: 10, RowEntriesMax: 20, TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(45, 0, 100, 3)]
    [InlineData(5, 161, 100, 3)]
    [InlineData(0, 0, 100, 1)]
    [InlineData(45, 161, 2, 2)] // no more rows than there are versions
    public void The_entries_and_the_ids_are_shared_out_over_rows_that_follow_one_another(int entries, int ids, long version, int rows)
    {
        var journal = JournalOf(entries);
        var segments = new Segments(Settings);
        segments.BeginAnew(version, journal.Mark(), ids);
        Assert.True(segments.NeedsSweep);
        var saved = new List<SnapshotCut>();
        for (; segments.IsDue; segments.Saved())
            saved.Add(segments.Cut());

        Assert.Equal(Enumerable.Range(0, rows).Select(row => version - rows + 1 + row), saved.Select(cut => cut.Row.Version));
        Assert.Equal(Enumerable.Range(0, rows).Select(row => (row == 0, row == rows - 1)), saved.Select(cut => (cut.Row.Closed!.IsFirst, cut.Row.Closed.IsLast)));
        Assert.All(saved, cut => Assert.Equal(saved.Select(other => other.Row.Version).Where(older => older < cut.Row.Version), cut.OlderVersions));
        Assert.Equal(Enumerable.Range(0, entries).Select(i => i < 3 ? $"c{i}" : $"u{i}"), saved.SelectMany(cut => journal.EntriesBetween(cut.Row.From, cut.Row.To)).Select(entry => entry.Id));
        Assert.Equal(Enumerable.Range(0, ids), saved.SelectMany(cut => Enumerable.Range(cut.Row.Closed!.IdsFrom, cut.Row.Closed.IdsTo - cut.Row.Closed.IdsFrom)));
    }

    [Fact]
    public void They_are_merged_with_none_that_comes_later_nor_after_a_recovery()
    {
        var journal = JournalOf(2);
        var segments = new Segments(Settings);
        segments.BeginAnew(10, journal.Mark(), ids: 0);
        segments.Cut();
        segments.Saved();
        Grow(segments, from: 11);

        var recovered = new Segments(Settings);
        recovered.Restored(10, journal, isClosed: true);
        Grow(recovered, from: 1_000);

        void Grow(Segments rows, long from)
        {
            for (var version = from; version < from + 100; version++)
            {
                journal.Apply(new Usage($"v{version}", 1, 1));
                rows.Grown(version, journal);
                while (rows.IsDue)
                {
                    var cut = rows.Cut();
                    Assert.Equal(10, cut.OlderVersions[0]);
                    Assert.DoesNotContain(10, cut.Replaced);
                    rows.Saved();
                }
            }
        }
    }

    [Fact]
    public void A_row_of_before_whose_save_is_under_way_counts_no_more_and_is_waited_for()
    {
        var journal = JournalOf(12);
        var segments = new Segments(Settings);
        segments.Grown(1, journal);
        segments.Cut();
        segments.BeginAnew(2, journal.Mark(), ids: 0);
        Assert.False(segments.IsDue);
        Assert.Empty(segments.Saved().Replaced);
        Assert.True(segments.IsDue);
        Assert.Empty(segments.Cut().OlderVersions);
    }

    [Fact]
    public void A_row_whose_save_failed_is_tried_again_at_the_next_threshold()
    {
        var journal = JournalOf(45);
        var segments = new Segments(Settings);
        segments.BeginAnew(10, journal.Mark(), ids: 0);
        segments.Cut();
        segments.Saved();
        Assert.Equal(9, segments.Cut().Row.Version);
        segments.SaveFailed();
        Assert.False(segments.IsDue);
        journal.Apply(new Usage("more", 1, 1));
        segments.Grown(11, journal);
        segments.Grown(12, journal);
        Assert.Equal((9, 8), (segments.Cut().Row.Version, segments.Saved().OlderVersions[0]));
    }

    private static Journal JournalOf(int entries)
    {
        var journal = new Journal();
        for (var i = 0; i < entries; i++)
            journal.Apply(i < 3 ? new Credit($"c{i}", 1, 0, 10) : new Usage($"u{i}", 1, i));
        return journal;
    }
}
