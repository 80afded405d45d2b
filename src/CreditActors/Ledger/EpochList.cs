using System.Runtime.CompilerServices;

namespace CreditActors.Ledger;

/// <summary>
/// All of event time, cut into epochs at the boundaries of the standing credits: a credit's start, and the instant after its
/// end. The first epoch has no start, and no credit is ever active in it.
/// </summary>
internal sealed class EpochList
{
    private readonly CreditTable _credits;
    private readonly UsageTable _usages;
    private long[] _starts = [long.MinValue];
    private Epoch[] _epochs = [new Epoch()];
    private int _lastFound;

    public EpochList(CreditTable credits, UsageTable usages)
    {
        _credits = credits;
        _usages = usages;
    }

    public int Count { get; private set; } = 1;

    /// <summary>Boundaries moved so far to make room for others: what credits that come between others have cost.</summary>
    public long BoundariesMoved { get; private set; }

    public Epoch this[int index] => _epochs[index];

    public long Start(int index) => _starts[index];

    /// <summary>The epoch in which tick <paramref name="at"/> lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(long at)
    {
        // Most entries and questions come in order: they fall where the last one fell, or into the epoch after it.
        var starts = _starts.AsSpan(0, Count);
        var (low, high) = (0, starts.Length);
        var near = Math.Min(_lastFound, high - 1);
        if (starts[near] > at)
            high = near;
        else if (near + 1 == high || starts[near + 1] > at)
            return near;
        else if (near + 2 == high || starts[near + 2] > at)
            return _lastFound = near + 1;
        else
            low = near + 2;
        while (high - low > 1)
        {
            var middle = (low + high) >>> 1;
            if (starts[middle] <= at)
                low = middle;
            else
                high = middle;
        }

        return _lastFound = low;
    }

    public void Link(int credit)
    {
        ref var row = ref _credits[credit];
        var start = OpenBoundary(row.Timestamp);
        row.NextStarting = start.FirstStarting;
        start.FirstStarting = credit;
        OpenBoundary(row.End + 1);
    }

    /// <summary>Undoes <see cref="Link"/>; the credit's row must still say what it said then.</summary>
    public void Unlink(int credit)
    {
        ref var row = ref _credits[credit];
        var start = _epochs[Find(row.Timestamp)];
        if (start.FirstStarting == credit)
        {
            start.FirstStarting = row.NextStarting;
        }
        else
        {
            var before = start.FirstStarting;
            while (_credits[before].NextStarting != credit)
                before = _credits[before].NextStarting;
            _credits[before].NextStarting = row.NextStarting;
        }

        row.NextStarting = CreditTable.None;
        CloseBoundary(row.Timestamp);
        CloseBoundary(row.End + 1);
    }

    private Epoch OpenBoundary(long start)
    {
        var index = Find(start);
        if (_starts[index] != start)
            Split(index++, start);
        _epochs[index].Boundaries++;
        return _epochs[index];
    }

    private void CloseBoundary(long start)
    {
        var index = Find(start);
        if (_starts[index] != start)
            throw new InvalidOperationException("A standing credit's boundary is missing.");
        if (--_epochs[index].Boundaries > 0)
            return;
        _epochs[index - 1].Usages.Append(_epochs[index].Usages);
        Count--;
        Array.Copy(_starts, index + 1, _starts, index, Count - index);
        Array.Copy(_epochs, index + 1, _epochs, index, Count - index);
        _epochs[Count] = null!;
    }

    private void Split(int index, long start)
    {
        if (Count == _starts.Length)
        {
            var capacity = Count + (Count / 2) + 4;
            Array.Resize(ref _starts, capacity);
            Array.Resize(ref _epochs, capacity);
        }

        BoundariesMoved += Count - index - 1;
        Array.Copy(_starts, index + 1, _starts, index + 2, Count - index - 1);
        Array.Copy(_epochs, index + 1, _epochs, index + 2, Count - index - 1);
        _starts[index + 1] = start;
        _epochs[index + 1] = new Epoch { Usages = _epochs[index].Usages.SplitOff(_usages, start) };
        Count++;
    }
}
