using System.Diagnostics;
using Akka.Actor;

namespace CreditActors.Accounts;

/// <summary>
/// Stands between the accounts of one node and the event store: one gate for writes, one for recoveries. Akka stops an actor
/// whose write or recovery fails, so a store that fails everything would stop every account that tries. The gate bounds how
/// many try at once, and after a failure lets nobody try for a while, then one: the others answer "unavailable" meanwhile.
/// Safe to use from any thread.
/// </summary>
/// <param name="settings">Its bounds.</param>
/// <param name="scheduler">Measures for how long it is closed.</param>
/// <param name="other">The gate of those who use the same store in another way: it opens as well when one has tried here and found the store back.</param>
internal sealed class StoreGate(GateSettings settings, IScheduler scheduler, StoreGate? other = null)
{
    private readonly Lock _lock = new();
    private readonly Queue<StorePermit> _queue = new();
    private int _granted;
    private GateState _state = GateState.Open;
    private TimeSpan _closedFor;
    private long _closings;

    /// <summary>Counts up when the gate opens, and when one tries whether it may.</summary>
    private long _round;

    private enum GateState
    {
        Open,

        /// <summary>Nobody passes until the time is up.</summary>
        Closed,

        /// <summary>The next one tries whether the store is back.</summary>
        HalfOpen,

        /// <summary>That one is under way; the others are refused.</summary>
        Trying,
    }

    /// <summary>True while nobody would be granted a permit.</summary>
    public bool IsShut
    {
        get
        {
            lock (_lock)
                return _state is GateState.Closed or GateState.Trying;
        }
    }

    /// <summary>How many hold a permit.</summary>
    public int Granted
    {
        get
        {
            lock (_lock)
                return _granted;
        }
    }

    /// <summary>How many wait for one; who has given up its place counts until its turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _queue.Count;
        }
    }

    /// <summary>
    /// A permit, granted at once or queued: then a <see cref="GateNotice"/> follows. Null when the gate is shut.
    /// </summary>
    /// <param name="account">Who is told when its turn comes.</param>
    /// <param name="isGranted">As it was under the lock: a queued permit may be granted before this call has returned.</param>
    public StorePermit? Ask(IActorRef account, out bool isGranted)
    {
        lock (_lock)
        {
            isGranted = false;
            if (_state is GateState.Closed or GateState.Trying)
                return null;
            var permit = new StorePermit(this, account);
            if (_state == GateState.HalfOpen)
            {
                _state = GateState.Trying;
                _round++;
                Grant(permit);
            }
            else if (_granted < settings.PermitsMax)
            {
                Grant(permit);
            }
            else
            {
                _queue.Enqueue(permit);
            }

            isGranted = permit.State == StorePermitState.Granted;
            return permit;
        }
    }

    /// <summary>
    /// Another gate's trial has found the store back. One that tries here may take long when everybody has come at once to
    /// write, and all who were stopped would wait for that one alone. If the store fails here all the same, the next failure closes the gate again.
    /// </summary>
    private void OpenAsOther()
    {
        lock (_lock)
        {
            Open();
            GrantNext();
        }
    }

    internal void Return(StorePermit permit, StoreResult result)
    {
        lock (_lock)
        {
            var held = permit.State;
            permit.State = StorePermitState.Over;
            if (held != StorePermitState.Granted)
                return; // a place in the queue, skipped when its turn comes; or returned before
            _granted--;
            switch (result)
            {
                case StoreResult.Done:
                    Open();
                    break;
                case StoreResult.Failed when permit.Round == _round:
                    Close();
                    break;
                case StoreResult.Failed:
                    break; // granted before the gate last opened: what it says of the store is old
                case StoreResult.Untold:
                    if (_state == GateState.Trying && permit.Round == _round)
                        _state = GateState.HalfOpen;
                    break;
                default:
                    throw new UnreachableException();
            }

            if (_state == GateState.Open)
                GrantNext();
        }
    }

    private void Open()
    {
        // Whoever succeeds shows that the store is there: an account that fails by itself holds the others up only until the
        // next of them that is under way comes back.
        _closedFor = TimeSpan.Zero;
        if (_state == GateState.Open)
            return;
        var hasTried = _state == GateState.Trying;
        _state = GateState.Open;
        _round++;
        // Under this lock and then its own; there is no way back.
        if (hasTried)
            other?.OpenAsOther();
    }

    private void Close()
    {
        // Those under way when the gate closed fail too; they don't count as failures in a row.
        if (_state is GateState.Open or GateState.Trying)
        {
            _closedFor = _closedFor == TimeSpan.Zero ? settings.ClosedMin : Min(_closedFor * 2, settings.ClosedMax);
            _state = GateState.Closed;
            var closing = ++_closings;
            scheduler.Advanced.ScheduleOnce(_closedFor, () => TimeIsUp(closing));
        }

        while (_queue.TryDequeue(out var waiting))
        {
            if (waiting.State == StorePermitState.Over)
                continue;
            waiting.State = StorePermitState.Over;
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
        while (_granted < settings.PermitsMax && _queue.TryDequeue(out var waiting))
        {
            if (waiting.State == StorePermitState.Over)
                continue;
            Grant(waiting);
            waiting.Account.Tell(new GateNotice(waiting, IsGranted: true), ActorRefs.NoSender);
        }
    }

    private void Grant(StorePermit permit)
    {
        permit.State = StorePermitState.Granted;
        permit.Round = _round;
        _granted++;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
