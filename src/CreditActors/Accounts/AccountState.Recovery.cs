using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>How the account comes back: the rows of its snapshot, and the events after them.</summary>
internal sealed partial class AccountState<TCaller>
{
    private readonly List<ClosedIdsPart> _restoredIds = [];

    /// <summary>Takes a stored event in, in recovery.</summary>
    /// <returns>When it has closed the books: that, carried out.</returns>
    public CarriedOut? Replay(EntriesRecorded recorded, long version)
    {
        Journal.Apply(recorded.Entries.AsSpan());
        Version = version;
        if (recorded.Closing is not { } closing || Journal.BeginClosing(closing) is not { } run)
            return null;
        run.Finish();
        Journal = run.Journal;
        return new(version, run);
    }

    /// <summary>Makes room for a snapshot, before the first of its rows is taken in.</summary>
    /// <param name="newest">Its newest row.</param>
    /// <param name="rowEntriesMax">What a row holds at most: whatever the newest says, there is no room for more than its rows can hold.</param>
    public void Expect(AccountSegment newest, int rowEntriesMax)
    {
        var older = Math.Min(newest.OlderEntries, (long)newest.OlderVersions.Length * rowEntriesMax);
        Journal.Expect((int)Math.Min(older + newest.Entries.Count, int.MaxValue));
    }

    /// <summary>Takes a row of the snapshot in, in recovery.</summary>
    public void Restore(AccountSegment segment)
    {
        if (segment.Books?.Head is { } head)
            Journal = Journal.Restored(head);
        Journal.Apply(segment.Entries);
        if (segment.Books is { } books)
            Remember(books);
        Version = Math.Max(Version, segment.Version);
    }

    private void Remember(SegmentBooks books)
    {
        _restoredIds.AddRange(books.Ids);
        if (!books.IsLast)
            return;
        Journal.Remember(ClosedIds.Of(_restoredIds));
        _restoredIds.Clear();
    }
}
