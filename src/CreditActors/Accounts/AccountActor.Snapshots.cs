using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>
/// Saving: a snapshot is a cache, so a failed save costs recovery time and nothing else. An account that stops doesn't wait for
/// a save under way: the store goes on with it, and the next incarnation finds the row, and those that it should have replaced.
/// </summary>
internal sealed partial class AccountActor
{
    private Segments _segments;
    private List<long>? _leftRows;
    private long _trimBelow;
    private bool _sweeping;

    private void CutSnapshot()
    {
        if (!_segments.IsDue || _sweeping || _state.IsClosing)
            return;
        if (_segments.NeedsSweep)
        {
            _sweeping = true;
            _trimBelow = 0;
            DeleteSnapshots(SnapshotSelectionCriteria.Latest);
            return;
        }

        TrimLeftRows();
        var cut = _segments.Cut();
        var segment = new AccountSegment(
            cut.OlderVersions, cut.Row.Version, _state.Journal.PackBetween(cut.Row.From, cut.Row.To), BooksOf(cut.Row.Closed), cut.OlderEntries);
        // Not SaveSnapshot, which would file it under the last version: what has come since the row's end is not in it.
        // The store puts its own time where none is given.
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, segment.Version, DateTime.MinValue), segment));
    }

    /// <summary>A closing is carried out: no row counts any more.</summary>
    private void BeginAnew(CarriedOut closing)
    {
        _segments.BeginAnew(closing.Version, closing.Run.End, _state.Journal.Closed!.IdCount);
        foreach (var (version, mark) in closing.Run.Grown)
            _segments.Grown(version, mark);
        _leftRows = null;
        Weigh();
    }

    private SegmentBooks? BooksOf(SegmentClosedRow? row)
    {
        if (row is null)
            return null;
        var closed = _state.Journal.Closed!;
        return new(row.IsFirst ? closed with { Ids = [] } : null, closed.IdsBetween(row.IdsFrom, row.IdsTo), row.IsLast);
    }

    /// <summary>Rows between those that count, which an earlier incarnation replaced and was lost before it had deleted them.</summary>
    private void DeleteLeftRows()
    {
        foreach (var version in _leftRows ?? [])
            DeleteSnapshot(version);
        _leftRows = null;
    }

    /// <summary>
    /// The same before the first that counts. Nobody meets them, so it takes one deletion without knowing; once, and only by an
    /// account that grows.
    /// </summary>
    private void TrimLeftRows()
    {
        if (_trimBelow > 1)
            DeleteSnapshots(new SnapshotSelectionCriteria(_trimBelow - 1));
        _trimBelow = 0;
    }

    /// <summary>What the snapshot store says, and what was asked of either store to load an account. False: none of these.</summary>
    private bool OnSnapshotStore(object message)
    {
        switch (message)
        {
            case SaveSnapshotSuccess saved when saved.Metadata.SequenceNr == _segments.Saving?.Row.Version:
                foreach (var replaced in _segments.Saved().Replaced)
                    DeleteSnapshot(replaced);
                CutSnapshot();
                return true;
            case SaveSnapshotFailure failed when failed.Metadata.SequenceNr == _segments.Saving?.Row.Version:
                Log.Warning(failed.Cause, "Account {AccountId}: its snapshot of version {Version} was not saved; the next one tries again.", _accountId, failed.Metadata.SequenceNr);
                _segments.SaveFailed();
                return true;
            case DeleteSnapshotsSuccess swept when _sweeping && swept.Criteria.Equals(SnapshotSelectionCriteria.Latest):
                _sweeping = false;
                _segments.NeedsSweep = false;
                CutSnapshot();
                return true;
            case DeleteSnapshotsFailure failed when _sweeping && failed.Criteria.Equals(SnapshotSelectionCriteria.Latest):
                Log.Warning(failed.Cause, "Account {AccountId}: its old snapshots could not be deleted; the next cut tries again.", _accountId);
                _sweeping = false;
                _segments.SaveFailed();
                return true;
            case SaveSnapshotSuccess or SaveSnapshotFailure or DeleteSnapshotsSuccess or DeleteSnapshotsFailure or DeleteSnapshotSuccess:
                return true; // about a save before a restart
            case DeleteSnapshotFailure failed:
                // It stays behind: it counts no more, so nobody reads it.
                Log.Debug("Account {AccountId}: its replaced snapshot row {Version} was not deleted: {Reason}", _accountId, failed.Metadata.SequenceNr, failed.Cause.Message);
                return true;
            default:
                return OnLoading(message);
        }
    }
}
