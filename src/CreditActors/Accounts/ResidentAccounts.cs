using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace CreditActors.Accounts;

/// <summary>
/// The accounts in memory at one node, in the order of their last use, and how much they may take together. When they take more, the
/// least recently used leave: each is sent to sleep through its shard, as an idle one is, so that it finishes the writes that it has under way,
/// and what comes meanwhile waits at the shard and wakes it again. So do those that nothing has reached for long.
/// <para>
/// Who is here can be told straight (<see cref="Find"/>), past the region and the shard, which would each only hand a message on. Nobody is found
/// any more from the moment on in which his end has begun; what was sent in that moment may be lost, as when a shard moves.
/// </para>
/// <para>
/// An account larger than <see cref="LargestShare"/> of the budget counts as no more than that. It can't be made smaller, and if it
/// counted whole it would be sent away, and read again, for every other account that is asked between two of its own messages. So there is one of
/// them at a time, and room beside it for the small ones: together at most a quarter of the budget beyond its size.
/// </para>
/// Safe to use from any thread. A message takes no lock (<see cref="UseOrder"/>); who comes, grows or goes does.
/// </summary>
/// <param name="bytesMax">The budget.</param>
/// <param name="idleMax">Who has been reached by nothing for so long leaves; null: nobody for that.</param>
/// <param name="time">Measures it.</param>
internal sealed class ResidentAccounts(long bytesMax, TimeSpan? idleMax = null, TimeProvider? time = null) : IExtension
{
    /// <summary>Accounts that are looked at, and sent away, without letting go of the lock.</summary>
    private const int AtOnceMax = 100;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, Resident> _found = new(StringComparer.Ordinal);

    /// <summary>Those that were asked to leave aren't in it.</summary>
    private readonly UseOrder _byUse = new();
    private int _count;
    private long _bytes;
    private long _counted;
    private long _woken;
    private long _evicted;

    public long BytesMax => bytesMax;

    /// <summary>As much of the budget as one account may count for: three quarters.</summary>
    public long LargestShare { get; } = bytesMax - (bytesMax / 4);

    /// <summary>How many are in memory, those on their way out included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>What they take by their own estimates, those on their way out included.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    /// <summary>How many ever woke. An account that leaves and comes back counts each time.</summary>
    public long Woken
    {
        get
        {
            lock (_lock)
                return _woken;
        }
    }

    /// <summary>How many were ever sent away because the budget was exceeded.</summary>
    public long Evicted
    {
        get
        {
            lock (_lock)
                return _evicted;
        }
    }

    /// <summary>An account wakes. It leaves by <see cref="Leave"/>, however it ends.</summary>
    /// <param name="accountId">Whose.</param>
    /// <param name="account">The account.</param>
    /// <param name="shard">Its shard.</param>
    /// <param name="bytes">What it takes before anything is known of it.</param>
    public Resident Enter(string accountId, IActorRef account, IActorRef shard, long bytes)
    {
        var resident = new Resident(accountId, account, shard) { Bytes = bytes, UsedAt = _time.GetTimestamp() };
        _found[accountId] = resident;
        lock (_lock)
        {
            _count++;
            _woken++;
            _bytes += bytes;
            _counted += Counted(bytes);
            _byUse.Add(resident);
        }

        Evict(resident);
        return resident;
    }

    /// <summary>The account, if it is in memory here and isn't about to leave.</summary>
    public IActorRef? Find(string accountId) => _found.TryGetValue(accountId, out var resident) ? resident.Account : null;

    /// <summary>A message has reached it.</summary>
    public void Use(Resident resident) => resident.UsedAt = _time.GetTimestamp();

    /// <summary>It will end soon, whoever wants it to.</summary>
    public void Hide(Resident resident)
    {
        lock (_lock)
            Forget(resident);
    }

    /// <summary>To be called now and then: sends those to sleep that nothing has reached for long. Some at a time, so that nobody waits for all of them.</summary>
    public void SendIdleToSleep()
    {
        var now = _time.GetTimestamp();
        while (SendSomeToSleep(now))
        {
        }
    }

    /// <summary>It has been read, or has grown: that is a use as well, so it is never the first that leaves for it.</summary>
    public void Weigh(Resident resident, long bytes)
    {
        Use(resident);
        lock (_lock)
        {
            _bytes += bytes - resident.Bytes;
            if (resident.Place != Resident.Nowhere)
                _counted += Counted(bytes) - Counted(resident.Bytes);
            resident.Bytes = bytes;
        }

        Evict(resident);
    }

    /// <summary>It is gone, asked to or not.</summary>
    public void Leave(Resident resident)
    {
        lock (_lock)
        {
            _count--;
            _bytes -= resident.Bytes;
            Forget(resident);
        }
    }

    private long Counted(long bytes) => Math.Min(bytes, LargestShare);

    /// <param name="comer">Who has come or grown: a use as well, later than all that others were used at meanwhile, so that it isn't sent away for itself.</param>
    private void Evict(Resident comer)
    {
        while (EvictSome(comer))
        {
        }
    }

    /// <summary>All that were used since they were last looked at may be in front of who leaves, so nobody waits for more than some of them.</summary>
    /// <returns>True when there may be more.</returns>
    private bool EvictSome(Resident comer)
    {
        lock (_lock)
        {
            for (var i = 0; i < AtOnceMax; i++)
            {
                if (_counted <= bytesMax)
                    return false;
                if (!_byUse.Confirm())
                    continue;
                var first = _byUse.First!;
                if (first == comer)
                {
                    comer.UsedAt = Math.Max(_time.GetTimestamp(), comer.UsedAt + 1);
                    continue;
                }

                SendToSleep(first);
                _evicted++;
            }
        }

        return true;
    }

    /// <returns>True when there may be more.</returns>
    private bool SendSomeToSleep(long now)
    {
        lock (_lock)
        {
            for (var i = 0; i < AtOnceMax; i++)
            {
                if (_byUse.First is not { } first || !(_time.GetElapsedTime(first.PlacedAt, now) >= idleMax))
                    return false;
                if (_byUse.Confirm())
                    SendToSleep(first);
            }
        }

        return true;
    }

    private void SendToSleep(Resident resident)
    {
        Forget(resident);
        resident.Shard.Tell(new Passivate(StopAccount.Instance), resident.Account);
    }

    private void Forget(Resident resident)
    {
        _found.TryRemove(new KeyValuePair<string, Resident>(resident.AccountId, resident));
        if (resident.Place == Resident.Nowhere)
            return;
        _byUse.Remove(resident);
        _counted -= Counted(resident.Bytes);
    }
}
