using Akka.Actor;

namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// What of a node's accounts is under way at the event store: their writes, and what was read of those that wake. An account asks the snapshot store first
/// and then the journal; one statement answers both, and what the journal will be asked for is kept here until then.
/// <para>
/// It is used once, by the actor for which it was read, and not if a write of that account was under way while it was read or has
/// begun since: then the journal asks anew. It is no promise: what was kept longest is dropped when there is too much, and what an actor that has failed
/// meanwhile left behind goes the same way, or when the account wakes again.
/// </para>
/// Safe to use from any thread.
/// </summary>
/// <param name="accountsMax">Accounts that wake, at most; more than akka.persistence.max-concurrent-recoveries, so that none is dropped that will be used.</param>
/// <param name="bytesMax">Bytes kept for them together, at most, as they are in the store.</param>
internal sealed class WakingAccounts(int accountsMax = 256, long bytesMax = 16 << 20)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task> _writing = [];
    private readonly Dictionary<string, WakingAccount> _waking = [];

    /// <summary>The one that began first comes first.</summary>
    private readonly LinkedList<WakingAccount> _byAge = [];
    private long _bytes;

    /// <summary>Accounts that wake, and those of which nobody knows any more that they did.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waking.Count;
        }
    }

    /// <summary>What is kept for them, in bytes of the store.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    /// <summary>An account is about to be read. What was kept for it is dropped.</summary>
    /// <returns>Null when a write of an earlier incarnation is under way: nothing that is read now may be kept.</returns>
    public WakingAccount? Begin(string persistenceId, IActorRef actor)
    {
        lock (_lock)
        {
            Remove(persistenceId);
            if (_writing.ContainsKey(persistenceId))
                return null;
            var waking = new WakingAccount(persistenceId, actor);
            _waking.Add(persistenceId, waking);
            _byAge.AddLast(waking.Place);
            DropOldest();
            return waking;
        }
    }

    /// <summary>Keeps what was read, unless it has become worthless meanwhile.</summary>
    public void Keep(WakingAccount waking, EventsRead events)
    {
        lock (_lock)
        {
            if (waking.Place.List is null)
                return;
            waking.Events = events;
            _bytes += events.Bytes;
            DropOldest();
        }
    }

    /// <summary>What was kept for the actor's question, if anything was and is still true. It is kept no longer, whatever the answer.</summary>
    /// <param name="persistenceId">Whose events.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="from">From which number on.</param>
    public EventsRead? Take(string persistenceId, IActorRef actor, long from)
    {
        lock (_lock)
        {
            return Remove(persistenceId) is { Events: { } events } waking && events.From == from && waking.Actor.Equals(actor) ? events : null;
        }
    }

    /// <summary>Nothing is kept for the account any longer.</summary>
    public void Drop(string persistenceId)
    {
        lock (_lock)
            Remove(persistenceId);
    }

    /// <summary>A write of the account begins. What was read of it before is worthless.</summary>
    /// <param name="persistenceId">Whose.</param>
    /// <param name="over">Completes when the store does nothing more for it.</param>
    public void WriteBegins(string persistenceId, Task over)
    {
        lock (_lock)
        {
            _writing[persistenceId] = over;
            Remove(persistenceId);
        }
    }

    /// <summary>The write is over.</summary>
    public void WriteEnded(string persistenceId, Task over)
    {
        lock (_lock)
        {
            if (_writing.TryGetValue(persistenceId, out var newest) && newest == over)
                _writing.Remove(persistenceId);
        }
    }

    /// <summary>Completes when no write of the account is under way that had begun before.</summary>
    public Task WriteOverAsync(string persistenceId)
    {
        lock (_lock)
            return _writing.TryGetValue(persistenceId, out var over) ? over : Task.CompletedTask;
    }

    private void DropOldest()
    {
        while (_waking.Count > accountsMax || _bytes > bytesMax)
            Remove(_byAge.First!.Value.PersistenceId);
    }

    private WakingAccount? Remove(string persistenceId)
    {
        if (!_waking.Remove(persistenceId, out var waking))
            return null;
        _byAge.Remove(waking.Place);
        _bytes -= waking.Events?.Bytes ?? 0;
        return waking;
    }
}
