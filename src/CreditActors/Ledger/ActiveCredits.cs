namespace CreditActors.Ledger;

/// <summary>
/// The working state of a replay: the credits active at an epoch's start of which something remains, in burn order. A
/// credit that is burned up has no more effect on any balance, so it is left out.
/// </summary>
internal sealed class ActiveCredits(CreditTable credits)
{
    private Lane[] _lanes = [];

    /// <summary>What remains of all of them.</summary>
    public long Total { get; private set; }

    /// <summary>How many of them there are.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var lane in _lanes)
                count += lane.Count;
            return count;
        }
    }

    public void Clear()
    {
        foreach (var lane in _lanes)
            lane.Clear();
        Total = 0;
    }

    /// <summary>Burns the sum of an epoch's usages; what the credits can't pay is uncovered.</summary>
    public void Burn(Int128 sum)
    {
        if (sum >= Total)
        {
            Clear();
            return;
        }

        var due = (long)sum;
        Total -= due;
        foreach (var lane in _lanes)
        {
            if (due == 0)
                break;
            due = lane.Burn(due);
        }
    }

    /// <summary>Crosses a boundary: first the credits leave that ended before it, then those come that start at it.</summary>
    public void Cross(long start, Epoch epoch)
    {
        foreach (var lane in _lanes)
            Total -= lane.Expire(start);
        for (var credit = epoch.FirstStarting; credit != CreditTable.None; credit = credits[credit].NextStarting)
        {
            ref readonly var row = ref credits[credit];
            Total += row.Amount;
            LaneOf(row.Priority).Add(new(row.End, row.Amount, credit));
        }
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

    private Lane LaneOf(int priority)
    {
        var at = 0;
        while (at < _lanes.Length && _lanes[at].Priority < priority)
            at++;
        if (at < _lanes.Length && _lanes[at].Priority == priority)
            return _lanes[at];
        var lane = new Lane(priority, credits);
        _lanes = [.. _lanes[..at], lane, .. _lanes[at..]];
        return lane;
    }
}
