using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>
/// Recovery. Akka offers the newest row of the snapshot and then the events after it. When that row names older ones, both
/// are kept aside until those are loaded, so that everything is taken in in the order in which it came: the marks between rows
/// mean something only then. If a row is gone or can't be read, the account is built from its events alone, which are never
/// deleted. Events are numbered without a gap: where one is missing, nothing can be said of the account, and it stops.
/// </summary>
internal sealed partial class AccountActor
{
    private AccountSegment? _offered;
    private AccountSegment? _formerRow;
    private List<(EntriesRecorded Event, long Version)>? _tail;
    private int _nextRow;
    private long _askedThrough;
    private bool _replaying;
    private bool _offeredForeign;
    private bool _isRestored;
    private ICancelable? _loadTimeout;

    /// <summary>The version up to which everything is read, if not yet taken in.</summary>
    private long ReadThrough => _tail?[^1].Version ?? _offered?.Version ?? _state.Version;

    private bool IsLoading => _offered is not null || _replaying;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: AccountSegment { IsFragment: false } segment } offer when segment.Version == offer.Metadata.SequenceNr:
                _trimBelow = segment.OlderVersions.IsEmpty ? segment.Version : segment.OlderVersions[0];
                _state.Expect(segment, _settings.Snapshot.RowEntriesMax);
                if (segment.OlderVersions.IsEmpty)
                    TakeIn(segment);
                else
                    _offered = segment;
                break;
            case SnapshotOffer:
                _offeredForeign = true;
                break;
            case EntriesRecorded when _offeredForeign:
                break; // is read again, with those before it
            case EntriesRecorded recorded when _offered is null:
                Expect(LastSequenceNr);
                TakeIn(recorded, LastSequenceNr);
                break;
            case EntriesRecorded recorded:
                Expect(LastSequenceNr);
                (_tail ??= []).Add((recorded, LastSequenceNr));
                break;
            case RecoveryCompleted when _offeredForeign:
                ReplayEvents("its newest row isn't a snapshot of an account, or only a part of one");
                break;
            case RecoveryCompleted when LastSequenceNr != ReadThrough:
                StopUnread($"the events after version {ReadThrough} are missing", StoreResult.Untold);
                break;
            case RecoveryCompleted when _offered is null:
                _segments.NeedsSweep = _segments.SavedCount == 0 && LastSequenceNr > 0;
                if (!_isRestored && LastSequenceNr > _settings.Snapshot.CutEvents)
                    Log.Warning("Account {AccountId}: its snapshot is gone or can't be read. It was built from its {Events} events.", _accountId, LastSequenceNr);
                OnLoaded();
                break;
            case RecoveryCompleted:
                LoadNextRow();
                break;
            default:
                throw new InvalidOperationException($"Account {_accountId}: {message.GetType()} is stored, and nothing this version knows.");
        }
    }

    /// <summary>Akka stops the actor next.</summary>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        Log.Error("Account {AccountId} could not be read: {Reason}. It stops, and tries again with the next message.", _accountId, reason.Message);
        ReturnReading(message is null ? Blame(reason) : StoreResult.Untold);
        RefuseDeferred();
    }

    private void Expect(long version)
    {
        if (version != ReadThrough + 1)
            throw new InvalidOperationException($"Account {_accountId}: the event after version {ReadThrough} is missing (the next is {version}). Restore the event store; nothing is answered from half of it.");
    }

    private void TakeIn(AccountSegment segment)
    {
        _state.Restore(segment);
        _segments.Restored(segment.Version, _state.Journal, isClosed: segment.Books is not null);
        _isRestored = true;
        Weigh();
    }

    private void TakeIn(EntriesRecorded recorded, long version)
    {
        if (_state.Replay(recorded, version) is { } closing)
            BeginAnew(closing);
        else
            _segments.Grown(version, _state.Journal);
    }

    private bool OnLoading(object message)
    {
        switch (message)
        {
            case LoadSnapshotResult result when _offered is not null:
                OnRow(result);
                return true;
            case LoadSnapshotFailed failed when _offered is not null:
                ReplayEvents(failed.Cause.Message);
                return true;
            case LoadTimedOut timeout when _offered is not null && timeout.Version == _askedThrough:
                ReplayEvents("the snapshot store doesn't answer");
                return true;
            case LoadTimedOut timeout when _replaying && timeout.Version == _state.Version:
                StopUnread("the event store doesn't answer", StoreResult.Failed);
                return true;
            case LoadTimedOut when _replaying:
                WatchReplay(); // slow, but it goes on
                return true;
            case ReplayedMessage { Persistent: { Payload: EntriesRecorded recorded, SequenceNr: var version } } when _replaying:
                if (version == _state.Version + 1)
                    TakeIn(recorded, version);
                else
                    StopUnread($"the event after version {_state.Version} is missing", StoreResult.Untold);
                return true;
            case RecoverySuccess when _replaying:
                _replaying = false;
                if (_state.Version == LastSequenceNr)
                    OnLoaded();
                else
                    StopUnread($"the events after version {_state.Version} are missing", StoreResult.Untold);
                return true;
            case ReplayMessagesFailure failed when _replaying:
                StopUnread(failed.Cause.Message, Blame(failed.Cause));
                return true;
            case LoadSnapshotResult or LoadSnapshotFailed or LoadTimedOut:
                return true; // came after the account had turned to its events
            default:
                return false;
        }
    }

    /// <summary>
    /// Asks for whatever lies between a row that counts and the next one: usually only the former. When a merge was saved and
    /// the process was lost before the rows that it replaced were deleted, they lie in between, and are found and deleted now.
    /// </summary>
    private void LoadNextRow() =>
        LoadRowThrough((_nextRow + 1 < _offered!.OlderVersions.Length ? _offered.OlderVersions[_nextRow + 1] : _offered.Version) - 1);

    private void LoadRowThrough(long version)
    {
        _askedThrough = version;
        LoadSnapshot(PersistenceId, new SnapshotSelectionCriteria(version), version);
        _loadTimeout = Context.System.Scheduler.ScheduleTellOnceCancelable(_settings.Snapshot.LoadTimeout, Self, new LoadTimedOut(version), ActorRefs.NoSender);
    }

    private void OnRow(LoadSnapshotResult result)
    {
        _loadTimeout.CancelIfNotNull();
        var version = _offered!.OlderVersions[_nextRow];
        if (result.Snapshot is { Metadata.SequenceNr: var found } && found > version)
        {
            (_leftRows ??= []).Add(found);
            LoadRowThrough(found - 1);
            return;
        }

        // Stores answer with the newest row up to the version asked for: when that one is gone, with an older one.
        if (result.Snapshot is not { Snapshot: AccountSegment segment } || segment.Version != version)
        {
            ReplayEvents($"row {version} of its snapshot is gone");
            return;
        }

        var isLast = _nextRow + 1 == _offered.OlderVersions.Length;
        if (!Follows(segment) || (isLast && !_offered.MayFollow(segment)))
        {
            ReplayEvents($"row {version} of its snapshot isn't the one that the rows after it were saved beside");
            return;
        }

        _nextRow++;
        _formerRow = segment with { Entries = [] };
        if (!isLast)
            LoadNextRow(); // is read while this one is taken in
        TakeIn(segment);
        if (!isLast)
            return;

        TakeIn(_offered);
        foreach (var (recorded, tailVersion) in _tail ?? [])
            TakeIn(recorded, tailVersion);
        OnLoaded();
    }

    /// <summary>
    /// A save of an earlier incarnation, or of another node's, may come through late, in place of a row of the same version that holds
    /// more. Rows are added and merged at the end only: what is meant was saved beside the very rows before it.
    /// </summary>
    private bool Follows(AccountSegment row) =>
        row.OlderVersions.AsSpan().SequenceEqual(_offered!.OlderVersions.AsSpan(0, _nextRow)) && row.MayFollow(_formerRow);

    private void ReplayEvents(string why)
    {
        Log.Warning("Account {AccountId}: {Reason}. It is built from its events instead.", _accountId, why);
        _loadTimeout.CancelIfNotNull();
        _state = NewState();
        _segments = new(_settings.Snapshot) { NeedsSweep = true };
        _leftRows = null;
        _trimBelow = 0;
        (_offered, _formerRow) = (null, null);
        _offeredForeign = false;
        _tail = null;
        _replaying = true;
        WatchReplay();
        Journal.Tell(new ReplayMessages(1, LastSequenceNr, long.MaxValue, PersistenceId, Self));
    }

    private void WatchReplay() =>
        _loadTimeout = Context.System.Scheduler.ScheduleTellOnceCancelable(_settings.Snapshot.LoadTimeout, Self, new LoadTimedOut(_state.Version), ActorRefs.NoSender);

    private void StopUnread(string why, StoreResult result)
    {
        ReturnReading(result);
        Log.Error("Account {AccountId} could not be read: {Reason}. It stops, and tries again with the next message.", _accountId, why);
        RefuseDeferred();
        Context.Stop(Self);
    }

    private void OnLoaded()
    {
        _loadTimeout.CancelIfNotNull();
        ReturnReading(StoreResult.Done);
        Weigh();
        (_offered, _formerRow) = (null, null);
        _tail = null;
        DeleteLeftRows();
        CutSnapshot();
        _deferredEntries = 0;
        Stash.UnstashAll();
    }
}
