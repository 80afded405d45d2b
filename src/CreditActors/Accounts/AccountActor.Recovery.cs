using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>
/// Recovery. Akka offers the newest row of the snapshot and then the events after it. When that row names older ones, both
/// are kept aside until those are loaded, so that everything is taken in in the order in which it came: the marks between rows
/// mean something only then. If a row is gone or can't be read, the account is built from its events alone, which are never
/// deleted. Messages wait meanwhile, up to a maximum.
/// </summary>
internal sealed partial class AccountActor
{
    private AccountSegment? _offered;
    private List<(EntriesRecorded Event, long Version)> _tail = [];
    private int _nextRow;
    private bool _replaying;
    private int _deferred;
    private ICancelable? _loadTimeout;

    private bool IsLoading => _offered is not null || _replaying;

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: AccountSegment segment }:
                if (segment.OlderVersions.IsEmpty)
                    TakeIn(segment);
                else
                    _offered = segment;
                break;
            case EntriesRecorded recorded when _offered is null:
                TakeIn(recorded, LastSequenceNr);
                break;
            case EntriesRecorded recorded:
                _tail.Add((recorded, LastSequenceNr));
                break;
            case RecoveryCompleted when _offered is null:
                _segments.NeedsSweep = _segments.SavedCount == 0 && LastSequenceNr > 0;
                CutSnapshot();
                break;
            case RecoveryCompleted:
                LoadNextRow();
                break;
            default:
                throw new InvalidOperationException($"Account {_accountId}: {message.GetType()} is stored, and nothing this version knows.");
        }
    }

    private void TakeIn(AccountSegment segment)
    {
        _state.Restore(segment);
        _segments.Restored(segment.Version, _state.Journal);
    }

    private void TakeIn(EntriesRecorded recorded, long version)
    {
        _state.Replay(recorded, version);
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
            case LoadTimedOut timeout when _offered is not null && timeout.Version == _offered.OlderVersions[_nextRow]:
                ReplayEvents("the snapshot store doesn't answer");
                return true;
            case ReplayedMessage { Persistent.Payload: EntriesRecorded recorded } replayed when _replaying:
                TakeIn(recorded, replayed.Persistent.SequenceNr);
                return true;
            case RecoverySuccess when _replaying:
                _replaying = false;
                OnLoaded();
                return true;
            case ReplayMessagesFailure failed when _replaying:
                _log.Error(failed.Cause, "Account {AccountId}: its events could not be read. The account stops, and tries again with the next message.", _accountId);
                RefuseDeferred();
                Context.Stop(Self);
                return true;
            case LoadSnapshotResult or LoadSnapshotFailed or LoadTimedOut:
                return true; // came after the account had turned to its events
            default:
                return false;
        }
    }

    private void LoadNextRow()
    {
        var version = _offered!.OlderVersions[_nextRow];
        LoadSnapshot(PersistenceId, new SnapshotSelectionCriteria(version), version);
        _loadTimeout = Context.System.Scheduler.ScheduleTellOnceCancelable(_settings.Snapshot.LoadTimeout, Self, new LoadTimedOut(version), ActorRefs.NoSender);
    }

    private void OnRow(LoadSnapshotResult result)
    {
        _loadTimeout.CancelIfNotNull();
        var version = _offered!.OlderVersions[_nextRow];
        // Stores answer with the newest row up to the version asked for: when that one is gone, with an older one.
        if (result.Snapshot is not { Snapshot: AccountSegment segment } || segment.Version != version)
        {
            ReplayEvents($"row {version} of its snapshot is gone");
            return;
        }

        _nextRow++;
        if (_nextRow < _offered.OlderVersions.Length)
            LoadNextRow(); // is read while this one is taken in
        TakeIn(segment);
        if (_nextRow < _offered.OlderVersions.Length)
            return;

        TakeIn(_offered);
        foreach (var (recorded, tailVersion) in _tail)
            TakeIn(recorded, tailVersion);
        OnLoaded();
    }

    private void ReplayEvents(string why)
    {
        _log.Warning("Account {AccountId}: {Reason}. It is built from its events instead.", _accountId, why);
        _loadTimeout.CancelIfNotNull();
        _state = NewState();
        _segments = new(_settings.Snapshot) { NeedsSweep = true };
        _offered = null;
        _tail = [];
        _replaying = true;
        Journal.Tell(new ReplayMessages(1, LastSequenceNr, long.MaxValue, PersistenceId, Self));
    }

    private void OnLoaded()
    {
        _offered = null;
        _tail = [];
        CutSnapshot();
        _deferred = 0;
        Stash.UnstashAll();
    }

    private void Defer(object message)
    {
        // A stop that was dropped would never come again.
        if (message is not StopAccount && _deferred >= _settings.WaitingEntriesMax)
        {
            Refuse(message, Sender);
            return;
        }

        _deferred++;
        Stash.Stash();
    }

    private void RefuseDeferred()
    {
        foreach (var envelope in Stash.ClearStash())
            Refuse(envelope.Message, envelope.Sender);
    }

    /// <summary>A question has no way to say "unavailable": whoever asked asks again after the deadline.</summary>
    private void Refuse(object message, IActorRef sender)
    {
        var entries = message switch
        {
            AddCredit or UseCredit => 1,
            RecordEntries record => record.Entries.Length,
            GetBalance or StopAccount => -1,
            _ => throw new UnreachableException($"{message.GetType()} is never deferred."),
        };
        if (entries >= 0)
            sender.Tell(new EntriesOutcome(_accountId, [.. Enumerable.Repeat(EntryOutcome.Unavailable, entries)]));
    }
}
