using System.Diagnostics;
using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// Stands between the accounts of one node and the event store. Akka stops an actor whose write fails, so a store that
/// fails everything would stop every account that tries. The gate bounds how many try at once, and after a failure lets
/// nobody try for a while: the others answer "unavailable" and live on. Safe to use from any thread.
/// </summary>
internal sealed class WriteGate(WriteGateSettings settings, IScheduler scheduler) : IExtension
{
    private readonly Lock _lock = new();
    private readonly Queue<WritePermit> _queue = new();
    private int _granted;
    private GateState _state = GateState.Open;
    private TimeSpan _closedFor;
    private long _closings;

    private enum GateState
    {
        Open,

        /// <summary>Nobody writes until the time is up.</summary>
        Closed,

        /// <summary>The next write tries whether the store is back.</summary>
        HalfOpen,

        /// <summary>That write is under way; the others are refused.</summary>
        Probing,
    }

    /// <summary>
    /// A permit, granted at once or queued: then a <see cref="GateNotice"/> follows. Null when the gate is closed: the
    /// write is unavailable.
    /// </summary>
    /// <param name="account">Who is told when its turn comes.</param>
    /// <param name="isGranted">As it was under the lock: a queued permit may be granted before this call has returned.</param>
    public WritePermit? Ask(IActorRef account, out bool isGranted)
    {
        lock (_lock)
        {
            isGranted = false;
            if (_state is GateState.Closed or GateState.Probing)
                return null;
            var permit = new WritePermit(this, account);
            if (_state == GateState.HalfOpen)
            {
                _state = GateState.Probing;
                permit.IsProbe = true;
                Grant(permit);
            }
            else if (_granted < settings.WritesMax)
            {
                Grant(permit);
            }
            else
            {
                _queue.Enqueue(permit);
            }

            isGranted = permit.State == WritePermitState.Granted;
            return permit;
        }
    }

    internal void Return(WritePermit permit, WriteResult result)
    {
        lock (_lock)
        {
            var held = permit.State;
            permit.State = WritePermitState.Over;
            if (held != WritePermitState.Granted)
                return; // a place in the queue, skipped when its turn comes; or returned before
            _granted--;
            switch (result)
            {
                case WriteResult.Stored:
                    // Any write that succeeds shows that the store is there: an account that fails by itself holds the
                    // others up only until the next of their writes in flight comes back.
                    _state = GateState.Open;
                    _closedFor = TimeSpan.Zero;
                    break;
                case WriteResult.Failed:
                    Close(permit);
                    break;
                case WriteResult.Untold:
                    if (permit.IsProbe && _state == GateState.Probing)
                        _state = GateState.HalfOpen;
                    break;
                default:
                    throw new UnreachableException();
            }

            if (_state == GateState.Open)
                GrantNext();
        }
    }

    private void Close(WritePermit failed)
    {
        // The writes that were in flight when the gate closed fail too; they don't count as failures in a row.
        if (_state == GateState.Open || failed.IsProbe)
        {
            _closedFor = _closedFor == TimeSpan.Zero ? settings.ClosedMin : Min(_closedFor * 2, settings.ClosedMax);
            _state = GateState.Closed;
            var closing = ++_closings;
            scheduler.Advanced.ScheduleOnce(_closedFor, () => TimeIsUp(closing));
        }

        while (_queue.TryDequeue(out var waiting))
        {
            if (waiting.State == WritePermitState.Over)
                continue;
            waiting.State = WritePermitState.Over;
            waiting.Account.Tell(new GateNotice(waiting, IsGranted: false), ActorRefs.NoSender);
        }
    }

    private void TimeIsUp(long closing)
    {
        lock (_lock)
        {
            // It may have been opened meanwhile, and closed again for another time.
            if (_state == GateState.Closed && closing == _closings)
                _state = GateState.HalfOpen;
        }
    }

    private void GrantNext()
    {
        while (_granted < settings.WritesMax && _queue.TryDequeue(out var waiting))
        {
            if (waiting.State == WritePermitState.Over)
                continue;
            Grant(waiting);
            waiting.Account.Tell(new GateNotice(waiting, IsGranted: true), ActorRefs.NoSender);
        }
    }

    private void Grant(WritePermit permit)
    {
        permit.State = WritePermitState.Granted;
        _granted++;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
