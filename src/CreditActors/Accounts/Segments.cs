using System.Collections.Immutable;
using System.Diagnostics;
using System.Numerics;
using CreditActors.Ledger;

namespace CreditActors.Accounts;

/// <summary>
/// Which rows an account's snapshot consists of, and which to save next. Pure; the actor saves and deletes.
/// <para>
/// A row holds only what grew since the row before it, so that saving costs in proportion to growth. So that rows don't
/// pile up, eight neighbours of about one size become one row with the next cut, as in a log-structured merge tree
/// (O'Neil et al., 1996): every entry is written once for each size, at most about four times, and an account of n entries
/// has n / row-entries-max rows and a few dozen small ones. A merged row is written from the journal again, the rows that it
/// replaces are deleted only when it is saved, and a row is never larger than row-entries-max.
/// </para>
/// </summary>
internal sealed class Segments(SnapshotSettings settings)
{
    private const int MergeWidth = 8;

    /// <summary>A row takes so many ids that have left in place of each entry: they are 16 bytes.</summary>
    private const int IdsForAnEntry = 4;

    private readonly List<Segment> _saved = [];
    private readonly List<Segment> _unsaved = [];
    private JournalMark _marked;
    private int _events;
    private int _dueAt = 1;
    private bool _outdated;

    /// <summary>The row being saved; the next one waits for it.</summary>
    public SnapshotCut? Saving { get; private set; }

    /// <summary>
    /// True when the snapshot store may hold rows of this account that don't count any more. They have to go before one is
    /// saved: a newest row that can't be read, or that lists one that is gone, would hide the new ones.
    /// </summary>
    public bool NeedsSweep { get; set; }

    public int SavedCount => _saved.Count;

    /// <summary>A row that the snapshot store holds was taken in, the oldest first.</summary>
    /// <param name="version">The version that it is filed under.</param>
    /// <param name="journal">With what the row held.</param>
    /// <param name="isClosed">It is one of those with which the snapshot began anew after a closing.</param>
    public void Restored(long version, Journal journal, bool isClosed = false)
    {
        var mark = journal.Mark();
        _saved.Add(new(version, _marked, mark, journal.CountSince(_marked), isClosed ? SegmentClosedRow.Saved : null));
        _marked = mark;
    }

    /// <summary>A stored event was taken in.</summary>
    public void Grown(long version, Journal journal) => Grown(version, journal.Mark());

    /// <summary>A stored event was taken in, after which the journal stood at <paramref name="mark"/>.</summary>
    public void Grown(long version, JournalMark mark)
    {
        _events++;
        var entries = mark.CountSince(_marked);
        if (_events < settings.CutEvents && entries < settings.CutEntries)
            return;
        _unsaved.Add(new(version, _marked, mark, entries));
        _marked = mark;
        _events = 0;
    }

    /// <summary>
    /// A closing has left another journal: no row before counts any more, and what it holds goes into rows of its own, filed under the
    /// versions up to that of the closing (one row for each version at most).
    /// </summary>
    /// <param name="version">The version whose event has closed the books.</param>
    /// <param name="end">Where the journal stood when the closing was carried out.</param>
    /// <param name="ids">How many ids that have left are known.</param>
    public void BeginAnew(long version, JournalMark end, int ids)
    {
        _saved.Clear();
        _unsaved.Clear();
        _outdated = Saving is not null;
        NeedsSweep = true;
        (_dueAt, _events, _marked) = (1, 0, end);
        var entries = end.Credits + end.Usages;
        var wanted = Math.Max(RowsFor(entries, settings.RowEntriesMax), RowsFor(ids, (long)settings.RowEntriesMax * IdsForAnEntry));
        var rows = (int)Math.Min(wanted, version);
        for (var row = 0; row < rows; row++)
        {
            var (from, to) = (MarkAt(Share(entries, row, rows), end), MarkAt(Share(entries, row + 1, rows), end));
            _unsaved.Add(new(
                version - rows + 1 + row, from, to, to.CountSince(from), new(Share(ids, row, rows), Share(ids, row + 1, rows), row == 0, row == rows - 1)));
        }
    }

    /// <summary>True when there is something to save and no save under way.</summary>
    public bool IsDue => Saving is null && _unsaved.Count >= _dueAt;

    /// <summary>The row to save now. <see cref="IsDue"/> must be true.</summary>
    public SnapshotCut Cut()
    {
        if (!IsDue)
            throw new UnreachableException("Nothing to cut.");

        // What has piled up (after a recovery without a snapshot, or behind saves that failed) goes in rows as large as may be.
        var taken = 1;
        var row = _unsaved[0];
        if (row.Closed is not null)
            return Saving = CutOf(row, _saved.Count);
        while (taken < _unsaved.Count && row.Entries + _unsaved[taken].Entries <= settings.RowEntriesMax)
            row = Joined(row, _unsaved[taken++]);

        var kept = _saved.Count;
        while (RunBefore(kept, row) is > 0 and var run)
        {
            for (; run > 0; run--)
                row = Joined(_saved[--kept], row);
        }

        return Saving = CutOf(row, kept);
    }

    public SnapshotCut Saved()
    {
        var cut = Saving ?? throw new UnreachableException("No save is under way.");
        Saving = null;
        _dueAt = 1;
        if (_outdated)
        {
            _outdated = false;
            return cut with { Replaced = [] }; // it goes with the sweep, as those that it would have replaced
        }

        _saved.RemoveRange(cut.OlderVersions.Length, cut.Replaced.Length);
        _saved.Add(cut.Row);
        _unsaved.RemoveAll(row => row.Version <= cut.Row.Version);
        return cut;
    }

    /// <summary>Nothing is lost; the next threshold tries again, for all that has come by then.</summary>
    public void SaveFailed()
    {
        Saving = null;
        _dueAt = _outdated ? 1 : _unsaved.Count + 1;
        _outdated = false;
    }

    /// <summary>How many of the saved rows before <paramref name="end"/> the row should take along.</summary>
    private int RunBefore(int end, Segment row)
    {
        var run = 0;
        var entries = row.Entries;
        while (run < end
            && _saved[end - 1 - run].Closed is null
            && Level(_saved[end - 1 - run].Entries) <= Level(row.Entries)
            && entries + _saved[end - 1 - run].Entries <= settings.RowEntriesMax)
        {
            entries += _saved[end - 1 - run].Entries;
            run++;
        }

        // The largest size is reached by fewer than eight rows: it is full when one more like this would not fit.
        return run >= MergeWidth - 1 || entries > settings.RowEntriesMax - row.Entries ? run : 0;
    }

    /// <summary>Rows of one level are of about one size: within a factor of eight, the first cut's sizes in one.</summary>
    private int Level(int entries) => entries < settings.CutEntries ? 0 : 1 + (BitOperations.Log2((uint)(entries / settings.CutEntries)) / 3);

    private static long RowsFor(int count, long most) => Math.Max(1, (count + most - 1) / most);

    private static int Share(int count, int row, int rows) => (int)((long)count * row / rows);

    /// <summary>The credits come first, and of a journal that a closing has left nothing is amended.</summary>
    private static JournalMark MarkAt(int entries, JournalMark end) =>
        entries <= end.Credits ? new(0, entries, 0, 0) : new(entries - end.Credits, end.Credits, 0, 0);

    private static Segment Joined(Segment older, Segment newer) =>
        new(newer.Version, older.From, newer.To, older.Entries + newer.Entries);

    private SnapshotCut CutOf(Segment row, int kept) =>
        new(row, Versions(0, kept), Versions(kept, _saved.Count), _saved.Take(kept).Sum(older => (long)older.Entries));

    private ImmutableArray<long> Versions(int from, int to)
    {
        var versions = ImmutableArray.CreateBuilder<long>(to - from);
        for (var i = from; i < to; i++)
            versions.Add(_saved[i].Version);
        return versions.MoveToImmutable();
    }
}
