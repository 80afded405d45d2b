using System.Data.Common;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>
/// One account, alive: a thin shell that stores what <see cref="AccountState{TCaller}"/> has decided, and replies when it is
/// stored. One write is in flight at a time, with leave of the node's <see cref="StoreGates"/>. The clock is read for one thing only:
/// how far back entries are taken, when a command comes.
/// </summary>
internal sealed partial class AccountActor : UntypedPersistentActor
{
    /// <summary>SQL's own code for a row whose key is taken. SQLite doesn't use it, and has one writer.</summary>
    private const string UniqueViolation = "23505";

    private readonly string _accountId;
    private readonly AccountNode _node;
    private readonly AccountSettings _settings;
    private AccountState<IActorRef> _state;
    private StorePermit? _permit;
    private Action<EntriesRecorded>? _onStored;
    private bool _stopping;

    public AccountActor(string accountId, AccountNode node)
    {
        _accountId = accountId;
        _node = node;
        _settings = node.Settings;
        _state = NewState();
        _segments = new(_settings.Snapshot);
        PersistenceId = PersistenceIdOf(accountId);
    }

    /// <summary>Names the account's rows in the event store for ever.</summary>
    public override string PersistenceId { get; }

    public static string PersistenceIdOf(string accountId) => "account-" + accountId;

    public static Props Props(string accountId, AccountNode node) => LocalActor.Props(() => new AccountActor(accountId, node));

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case IAccountMessage when !_node.Lease.IsHeld:
                Refuse(message, Sender);
                break;
            case IAccountMessage or StopAccount when IsLoading:
                Defer(message);
                break;
            case AddCredit add:
                Record([add.Credit]);
                break;
            case UseCredit use:
                Record([use.Usage]);
                break;
            case RecordEntries record:
                Record(record.Entries.AsSpan());
                break;
            case GetBalance get when get.At < _state.Journal.Horizon:
                Sender.Tell(new BeforeHorizon(_accountId, get.At, _state.Journal.Horizon));
                break;
            case GetBalance get:
                Sender.Tell(new BalanceAnswer(_accountId, get.At, _state.Journal.BalanceAt(get.At), _state.Version));
                break;
            case GateNotice notice when notice.Permit == _permit:
                if (notice.IsGranted)
                    Write();
                else
                    GiveUp();
                break;
            case GateNotice:
                break; // to a permit that was given back meanwhile
            case ClosingPortion when _state.IsClosing:
                CarryOutClosing();
                break;
            case StopAccount:
                _stopping = true;
                StopIfDrained();
                break;
            default:
                if (!OnSnapshotStore(message))
                    Unhandled(message);
                break;
        }
    }

    /// <summary>The store failed the write, or didn't say. Akka stops this actor next; the next message brings the account back.</summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        // Hundreds at once, when the store is gone: one line each.
        Log.Error("Account {AccountId}: version {Version} was not stored ({Reason}). The account stops, and comes back with the next message.", _accountId, sequenceNr, cause.Message);
        ReturnPermit(IsOvertaken(cause) ? StoreResult.Untold : StoreResult.Failed);
        Tell(_state.GiveUp());
    }

    /// <summary>
    /// Another live copy of an account has stored this version (or one of those that were to be stored in the same transaction).
    /// That says nothing of the store, which answers: the other accounts of this node go on.
    /// </summary>
    private static bool IsOvertaken(Exception? cause)
    {
        for (; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException { SqlState: UniqueViolation } || (cause as AggregateException)?.InnerExceptions.Any(IsOvertaken) == true)
                return true;
        }

        return false;
    }

    /// <summary>The event itself was refused. Akka counts its sequence number as used, so memory and store would part: stop.</summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Log.Error(cause, "Account {AccountId}: the event store refused version {Version}. The account stops, and comes back with the next message.", _accountId, sequenceNr);
        ReturnPermit(StoreResult.Untold);
        Tell(_state.GiveUp());
        Context.Stop(Self);
    }

    /// <summary>
    /// A fault of ours: the account ends, as after a write that failed, and the next message brings it back. Begun anew at once it would
    /// have forgotten that it was sent to sleep, whose end its shard waits for; and one that fails each time it is read would be read without end.
    /// </summary>
    protected override void PreRestart(Exception reason, object message)
    {
        base.PreRestart(reason, message);
        Context.Stop(Self);
    }

    protected override void PostStop()
    {
        LeaveMemory(); // first: nobody is to be led to an account that is gone
        ReturnPermit(StoreResult.Untold);
        ReturnReading(StoreResult.Untold);
        Tell(_state.GiveUp());
        _loadTimeout.CancelIfNotNull();
        LeaveClosing();
        base.PostStop();
    }

    private void Record(ReadOnlySpan<Entry> entries)
    {
        if (_state.Decide(Sender, entries, _node.Clock.GetUtcNow().ToUnixTimeMilliseconds()) is { } outcomes)
            Sender.Tell(new EntriesOutcome(_accountId, outcomes));
        else
            WriteNext();
    }

    private void WriteNext()
    {
        if (_permit is not null || !_state.HasGathered)
            return;
        _permit = _node.Gates.Writes.Ask(Self, out var isGranted);
        if (_permit is null)
            GiveUp();
        else if (isGranted)
            Write();
    }

    private void Write() => PersistAsync(_state.BeginWrite(), _onStored ??= _ => OnStored());

    private void OnStored()
    {
        ReturnPermit(StoreResult.Done);
        var wasClosing = _state.IsClosing;
        Tell(_state.CompleteWrite(LastSequenceNr));
        if (!_state.IsClosing)
            _segments.Grown(LastSequenceNr, _state.Journal);
        else if (!wasClosing)
            BeginClosing();
        Weigh();
        WriteNext();
        CutSnapshot();
        StopIfDrained();
    }

    private void GiveUp()
    {
        _permit = null;
        Tell(_state.GiveUp());
        StopIfDrained();
    }

    private void ReturnPermit(StoreResult result)
    {
        _permit?.Return(result);
        _permit = null;
    }

    private void StopIfDrained()
    {
        if (_stopping && !_state.IsWriting && !_state.HasGathered)
            Context.Stop(Self);
    }

    /// <summary>
    /// An entry whose write came through after the lease had ended may be one that the account's next incarnation didn't see
    /// when it recovered: it isn't acknowledged. Sent again it is a duplicate there, at the latest when the unique key of the
    /// event store has made that incarnation recover once more.
    /// </summary>
    private void Tell(List<Answer<IActorRef>> answers)
    {
        var isHeld = _node.Lease.IsHeld;
        foreach (var (caller, outcomes) in answers)
            caller.Tell(new EntriesOutcome(_accountId, isHeld ? outcomes : UnavailableAnswer.Outcomes(outcomes.Length)));
    }

    private AccountState<IActorRef> NewState() => new(_settings.EventEntriesMax, _settings.WaitingEntriesMax, new Journal(), _settings.Horizon);
}
