using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Pattern;
using CreditActors.Protocol;

namespace CreditActors.Accounts;

/// <summary>
/// Waiting to be read. An account touches no store before the node's gate for recoveries lets it, and holds its permit until
/// all of it is loaded. Messages wait meanwhile, up to a maximum; when nothing comes of it they are answered "unavailable".
/// </summary>
internal sealed partial class AccountActor
{
    private int _deferredEntries;
    private List<object>? _held;
    private StorePermit? _reading;
    private bool _isReading;
    private bool _refused;

    /// <summary>
    /// Akka would keep what comes during recovery where this actor can't answer it when recovery fails. Of the rest the first is
    /// Akka's own leave to start reading: it waits for the node's gate, so that no more accounts fail than there are permits.
    /// </summary>
    protected override bool AroundReceive(Receive receive, object message)
    {
        if (message is IAccountMessage)
            Use();
        else if (message is StopAccount)
            Hide();
        if (!IsRecovering)
            return base.AroundReceive(receive, message);
        switch (message)
        {
            case IAccountMessage or StopAccount when _refused:
                Refuse(message, Sender);
                break;
            case IAccountMessage or StopAccount:
                Defer(message);
                break;
            case GateNotice notice when notice.Permit == _reading && notice.IsGranted:
                Read(receive);
                break;
            case GateNotice notice when notice.Permit == _reading:
                RefuseToRead();
                break;
            case var _ when _isReading:
                return base.AroundReceive(receive, message);
            case var _ when _refused:
                break;
            default:
                if (_reading is null && AskToRead())
                    return base.AroundReceive(receive, message);
                if (!_refused)
                    (_held ??= []).Add(message);
                break;
        }

        return true;
    }

    /// <returns>True when it may read at once.</returns>
    private bool AskToRead()
    {
        _reading = _node.Gates.Recoveries.Ask(Self, out _isReading);
        if (_reading is null)
            RefuseToRead();
        return _isReading;
    }

    private void Read(Receive receive)
    {
        _isReading = true;
        foreach (var message in _held!)
            base.AroundReceive(receive, message);
        _held = null;
    }

    /// <summary>The gate is shut: the store is not touched, and whoever comes until the shard has put this actor to sleep is told so.</summary>
    private void RefuseToRead()
    {
        _refused = true;
        _held = null;
        Context.Parent.Tell(new Passivate(StopAccount.Instance));
        RefuseDeferred();
    }

    private void ReturnReading(StoreResult result)
    {
        _reading?.Return(result);
        _reading = null;
    }

    /// <summary>
    /// The store gave what can't be read, or events of two writers by turns: that is this account's own damage, and says nothing
    /// against the store.
    /// </summary>
    private static StoreResult Blame(Exception fault) => fault switch
    {
        SerializationException or IllegalStateException => StoreResult.Untold,
        { InnerException: { } inner } => Blame(inner),
        _ => StoreResult.Failed,
    };

    private void Defer(object message)
    {
        if (message is IAccountMessage asked)
        {
            var entries = UnavailableAnswer.EntriesIn(asked);
            if (entries > _settings.WaitingEntriesMax - _deferredEntries)
            {
                Refuse(message, Sender);
                return;
            }

            _deferredEntries += entries;
        }

        Stash.Stash();
    }

    /// <summary>While the actor is still running: before PostStop Akka empties the stash into the dead letters.</summary>
    private void RefuseDeferred()
    {
        foreach (var envelope in Stash.ClearStash())
            Refuse(envelope.Message, envelope.Sender);
    }

    private void Refuse(object message, IActorRef sender)
    {
        if (message is IAccountMessage asked)
            sender.Tell(UnavailableAnswer.To(asked, _accountId));
        else
            Context.Stop(Self); // the stop that the shard has waited for
    }
}
