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

    /// <summary>Takes a row of the snapshot in, in recovery.</summary>
    public void Restore(AccountSegment segment)
    {
        if (segment.Books?.Head is { } head)
            Journal = Journal.Restored(head);
        Journal.Apply(segment.Entries.AsSpan());
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
