namespace CreditActors.Ledger;

/// <summary>
/// The working state of a replay: the credits active at an epoch's start of which something remains, in burn order. A
/// credit that is burned up has no more effect on any balance, so it is left out.
/// </summary>
internal sealed class ActiveCredits(CreditTable credits)
{
    /// <summary>One for each priority that was ever met, in burn order.</summary>
    private Lane[] _lanes = [];

    /// <summary>For each priority: 1 + the number of its lane, or 0 when there is none.</summary>
    private byte[] _laneAt = [];

    /// <summary>The lanes before this one are empty.</summary>
    private int _firstFilled;

    /// <summary>No credit here ends before this tick. (One that did may have burned up, so it can be too early.)</summary>
    private long _nextEnd = long.MaxValue;

    /// <summary>What remains of all of them.</summary>
    public long Total { get; private set; }

    /// <summary>How many of them there are.</summary>
    public int Count { get; private set; }

    public void Clear()
    {
        for (var i = _firstFilled; i < _lanes.Length; i++)
            _lanes[i].Clear();
        _firstFilled = _lanes.Length;
        _nextEnd = long.MaxValue;
        (Total, Count) = (0, 0);
    }

    /// <summary>Burns the sum of an epoch's usages; what the credits can't pay is uncovered.</summary>
    public void Burn(Int128 sum)
    {
        if (sum >= Total)
        {
            if (Count > 0)
                Clear();
            return;
        }

        var due = (long)sum;
        Total -= due;
        while (due > 0)
        {
            var lane = _lanes[_firstFilled];
            var before = lane.Count;
            due = lane.Burn(due);
            Count += lane.Count - before;
            if (lane.Count == 0)
                _firstFilled++;
        }
    }

    /// <summary>Crosses a boundary: first the credits leave that ended before it, then those come that start at it.</summary>
    public void Cross(long start, Epoch epoch)
    {
        Expire(start);
        for (var credit = epoch.FirstStarting; credit != CreditTable.None; credit = credits[credit].NextStarting)
            Add(credit);
    }

    /// <summary>A credit comes, whole.</summary>
    public void Add(int credit)
    {
        ref readonly var row = ref credits[credit];
        Total += row.Amount;
        Count++;
        _nextEnd = Math.Min(_nextEnd, row.End);
        LaneOf(row.Priority).Add(new(row.End, row.Amount, credit));
    }

    /// <summary>The credits leave that ended before <paramref name="start"/>.</summary>
    public void Expire(long start)
    {
        if (_nextEnd < start)
            ExpireLanes(start);
    }

    public void SaveTo(Checkpoint checkpoint, int epochsSinceSpaced) =>
        checkpoint.Take(_lanes, Count, Total, epochsSinceSpaced);

    public void Load(Checkpoint checkpoint)
    {
        Clear();
        var at = 0;
        foreach (var (priority, count) in checkpoint.Lanes)
        {
            LaneOf(priority).Load(checkpoint.Holdings.Slice(at, count));
            at += count;
        }

        Total = checkpoint.Total;
        Count = checkpoint.Holdings.Length;
        _nextEnd = long.MinValue; // found at the next boundary
    }

    /// <summary>
    /// True when the checkpoint holds the same credits with the same remains. The order is then the same too: it follows from
    /// the credits alone.
    /// </summary>
    public bool Equals(Checkpoint checkpoint)
    {
        if (Total != checkpoint.Total || Count != checkpoint.Holdings.Length)
            return false;
        var at = 0;
        foreach (var (priority, count) in checkpoint.Lanes)
        {
            var lane = LaneOf(priority);
            if (lane.Count != count)
                return false;
            var theirs = checkpoint.Holdings.Slice(at, count);
            at += count;
            if (lane.Holdings.SequenceEqual(theirs))
                continue;

            // The same holdings can lie in a heap in more than one way.
            var (mine, other) = (lane.Holdings.ToArray(), theirs.ToArray());
            mine.AsSpan().Sort(lane.Compare);
            other.AsSpan().Sort(lane.Compare);
            if (!mine.AsSpan().SequenceEqual(other))
                return false;
        }

        return true;
    }

    private void ExpireLanes(long start)
    {
        _nextEnd = long.MaxValue;
        for (var i = _firstFilled; i < _lanes.Length; i++)
        {
            var lane = _lanes[i];
            var before = lane.Count;
            Total -= lane.Expire(start);
            Count += lane.Count - before;
            if (lane.Count > 0)
                _nextEnd = Math.Min(_nextEnd, lane.NextEnd);
        }
    }

    /// <summary>The lane of a priority, to be filled.</summary>
    private Lane LaneOf(int priority)
    {
        if (_laneAt.Length == 0)
            _laneAt = new byte[Limits.PriorityMax + 1];
        if (_laneAt[priority] == 0)
            AddLane(priority);
        var at = _laneAt[priority] - 1;
        _firstFilled = Math.Min(_firstFilled, at);
        return _lanes[at];
    }

    private void AddLane(int priority)
    {
        var at = 0;
        while (at < _lanes.Length && _lanes[at].Priority < priority)
            at++;
        _lanes = [.. _lanes[..at], new Lane(priority, credits), .. _lanes[at..]];
        if (at <= _firstFilled)
            _firstFilled++;
        for (; at < _lanes.Length; at++)
            _laneAt[_lanes[at].Priority] = (byte)(at + 1);
    }
}
