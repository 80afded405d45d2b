using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace CreditActors.Accounts;

/// <summary>
/// Messages in the order in which they came, in a ring that grows by doubling and is let go of when a large one is empty. Safe for many threads that
/// add and one that takes; each holds the lock for a few instructions, and longer only where the ring grows.
/// </summary>
internal sealed class SmallMessageQueue : IMessageQueue, IUnboundedDequeBasedMessageQueueSemantics
{
    private const int FirstSize = 4;

    /// <summary>A ring larger than this isn't kept for later.</summary>
    private const int KeptSize = 16;

    private readonly Lock _lock = new();
    private Envelope[] _ring = [];
    private int _first;
    private int _count;

    public bool HasMessages => Count > 0;

    public int Count => Volatile.Read(ref _count);

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        lock (_lock)
        {
            MakeRoom();
            _ring[(_first + _count) & (_ring.Length - 1)] = envelope;
            Volatile.Write(ref _count, _count + 1);
        }
    }

    /// <summary>It is the next to be taken, before all that were there.</summary>
    public void EnqueueFirst(Envelope envelope)
    {
        lock (_lock)
        {
            MakeRoom();
            _first = (_first - 1) & (_ring.Length - 1);
            _ring[_first] = envelope;
            Volatile.Write(ref _count, _count + 1);
        }
    }

    public bool TryDequeue(out Envelope envelope)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                envelope = default;
                return false;
            }

            envelope = _ring[_first];
            _ring[_first] = default;
            _first = (_first + 1) & (_ring.Length - 1);
            Volatile.Write(ref _count, _count - 1);
            if (_count == 0 && _ring.Length > KeptSize)
                (_ring, _first) = ([], 0);
            return true;
        }
    }

    /// <summary>What nobody will take goes to the dead letters.</summary>
    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        ArgumentNullException.ThrowIfNull(deadletters);
        while (TryDequeue(out var envelope))
            deadletters.Enqueue(owner, envelope);
    }

    private void MakeRoom()
    {
        if (_count < _ring.Length)
            return;
        var larger = new Envelope[Math.Max(FirstSize, _ring.Length * 2)];
        for (var i = 0; i < _count; i++)
            larger[i] = _ring[(_first + i) & (_ring.Length - 1)];
        (_ring, _first) = (larger, 0);
    }
}
