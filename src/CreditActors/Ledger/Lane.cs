using System.Runtime.CompilerServices;

namespace CreditActors.Ledger;

/// <summary>
/// The active credits of one priority of which something remains, as a binary heap by (end, start, creditId): the first to
/// burn is also the first to expire. A credit that ends last, as new ones mostly do, is added without a move.
/// </summary>
internal sealed class Lane(int priority, CreditTable credits)
{
    private Holding[] _heap = [];

    public int Priority { get; } = priority;

    public int Count { get; private set; }

    /// <summary>The first tick at which one of the credits is active for the last time. There must be one.</summary>
    public long NextEnd => _heap[0].End;

    public ReadOnlySpan<Holding> Holdings => _heap.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>Takes over holdings in the order in which <see cref="Holdings"/> gave them.</summary>
    public void Load(ReadOnlySpan<Holding> holdings)
    {
        if (_heap.Length < holdings.Length)
            _heap = new Holding[holdings.Length];
        holdings.CopyTo(_heap);
        Count = holdings.Length;
    }

    public void Add(in Holding holding)
    {
        if (Count == _heap.Length)
            Array.Resize(ref _heap, Math.Max(4, Count * 2));
        var at = Count++;
        while (at > 0)
        {
            var parent = (at - 1) / 2;
            if (!Precedes(holding, _heap[parent]))
                break;
            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = holding;
    }

    /// <summary>Drops the credits that ended before <paramref name="start"/>; returns how much of them is lost.</summary>
    public long Expire(long start)
    {
        var lost = 0L;
        while (Count > 0 && _heap[0].End < start)
        {
            lost += _heap[0].Remaining;
            RemoveFirst();
        }

        return lost;
    }

    /// <summary>Takes up to <paramref name="due"/> from the credits in burn order; returns what they couldn't pay.</summary>
    public long Burn(long due)
    {
        while (due > 0 && Count > 0)
        {
            ref var first = ref _heap[0];
            if (first.Remaining > due)
            {
                first = first with { Remaining = first.Remaining - due };
                return 0;
            }

            due -= first.Remaining;
            RemoveFirst();
        }

        return due;
    }

    /// <summary>The burn order within one priority.</summary>
    public int Compare(Holding left, Holding right) =>
        left.End != right.End ? left.End.CompareTo(right.End) : credits.CompareStartThenId(left.Credit, right.Credit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Precedes(in Holding left, in Holding right) =>
        left.End != right.End ? left.End < right.End : credits.CompareStartThenId(left.Credit, right.Credit) < 0;

    private void RemoveFirst()
    {
        var moved = _heap[--Count];
        var at = 0;
        while (true)
        {
            var child = (at * 2) + 1;
            if (child >= Count)
                break;
            if (child + 1 < Count && Precedes(_heap[child + 1], _heap[child]))
                child++;
            if (!Precedes(_heap[child], moved))
                break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = moved;
    }
}
