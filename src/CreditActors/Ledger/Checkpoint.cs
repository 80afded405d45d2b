namespace CreditActors.Ledger;

/// <summary>
/// What remains of each active credit at an epoch's start, of those of which something remains: a copy of every lane of an
/// <see cref="ActiveCredits"/>. Derived, droppable. Its memory is used again: large ones come and go with every late entry.
/// </summary>
internal sealed class Checkpoint
{
    private LaneSize[] _lanes = [];
    private Holding[] _holdings = [];
    private int _holdingCount;

    /// <summary>The priority and the number of holdings of each lane, in burn order.</summary>
    public ReadOnlySpan<LaneSize> Lanes => _lanes;

    /// <summary>Every lane's holdings, one lane after the other.</summary>
    public ReadOnlySpan<Holding> Holdings => _holdings.AsSpan(0, _holdingCount);

    /// <summary>The sum of what remains.</summary>
    public long Total { get; private set; }

    /// <summary>0 for a checkpoint kept for its distance from the one before; else the epochs since such a one.</summary>
    public int EpochsSinceSpaced { get; private set; }

    public void Take(ReadOnlySpan<Lane> lanes, int holdings, long total, int epochsSinceSpaced)
    {
        if (_lanes.Length != lanes.Length)
            _lanes = new LaneSize[lanes.Length];
        // The one out of line comes and goes with every late entry, at another size each time: it keeps what it has.
        if (_holdings.Length < holdings || (epochsSinceSpaced == 0 && _holdings.Length > 2 * holdings))
            _holdings = holdings == 0 ? [] : new Holding[holdings + (holdings / 8)];
        var at = 0;
        for (var i = 0; i < lanes.Length; i++)
        {
            _lanes[i] = new(lanes[i].Priority, lanes[i].Count);
            lanes[i].Holdings.CopyTo(_holdings.AsSpan(at));
            at += lanes[i].Count;
        }

        _holdingCount = at;
        Total = total;
        EpochsSinceSpaced = epochsSinceSpaced;
    }

    public readonly record struct LaneSize(int Priority, int Count);
}
