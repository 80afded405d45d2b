using System.Collections;

namespace CreditActors.Ledger;

/// <summary>
/// What a closing makes of the epochs before its horizon (docs/decisions/0009-horizon.md says why it is exact). Decided at once, for
/// the credits as they stand; changes nothing.
/// </summary>
internal sealed class Fold
{
    private readonly BitArray _leaves;
    private readonly CreditTable _credits;
    private readonly UsageTable _usages;
    private readonly EpochList _epochs;
    private readonly long _horizon;

    /// <summary>The priorities of the credits that run across the horizon.</summary>
    private readonly int _least = int.MaxValue;
    private readonly int _greatest = int.MinValue;

    /// <summary>The earliest start of a credit that is active before the horizon and stays.</summary>
    private readonly long _from = long.MaxValue;

    /// <summary>Where the epochs that stay begin.</summary>
    private readonly HashSet<long> _boundaries = [];

    public Fold(CreditTable credits, UsageTable usages, EpochList epochs, long horizon)
    {
        (_credits, _usages, _epochs, _horizon) = (credits, usages, epochs, horizon);
        var ended = new List<int>();
        for (var credit = 0; credit < credits.Count; credit++)
        {
            ref readonly var row = ref credits[credit];
            if (row.Amount == 0 || row.Timestamp >= horizon)
                continue;
            if (row.End < horizon)
            {
                ended.Add(credit);
                continue;
            }

            (_least, _greatest) = (Math.Min(_least, row.Priority), Math.Max(_greatest, row.Priority));
            _from = Math.Min(_from, row.Timestamp);
        }

        // Those between running ones stay, with all that they reach back to.
        foreach (var credit in ended.Where(IsBetween).OrderByDescending(credit => credits[credit].End))
        {
            if (credits[credit].End < _from)
                break;
            _from = Math.Min(_from, credits[credit].Timestamp);
        }

        _leaves = new(credits.Count);
        var (staying, starts) = (new List<int>(), new List<long>());
        for (var credit = 0; credit < credits.Count; credit++)
        {
            ref readonly var row = ref credits[credit];
            if (row.Timestamp < horizon)
            {
                if (row.Amount == 0 || (row.End < horizon && !(IsBetween(credit) && row.End >= _from)))
                {
                    _leaves[credit] = true;
                    CreditsSum += row.Amount;
                    continue;
                }

                _boundaries.Add(row.Timestamp);
                if (row.End < horizon)
                    _boundaries.Add(row.End + 1);
            }

            staying.Add(credit);
            starts.Add(row.Timestamp);
        }

        Staying = [.. staying];
        Array.Sort(starts.ToArray(), Staying);
    }

    /// <summary>The amounts of those that leave.</summary>
    public Int128 CreditsSum { get; }

    /// <summary>True when a credit that stood at the closing is no more in the journal after it.</summary>
    public bool Leaves(int credit) => _leaves[credit];

    /// <summary>
    /// The credits that stay, by their start: in this order few boundaries have to move for one that comes.
    /// </summary>
    public int[] Staying { get; }

    /// <summary>The usages before the horizon, epoch by epoch, less what the credits that burn before all others paid of them.</summary>
    public IEnumerable<ClosedSum> Sums()
    {
        var first = new ActiveCredits(_credits);
        var (at, folded) = (_from, (Int128)0);
        for (var epoch = 1; epoch < _epochs.Count && _epochs.Start(epoch) < _horizon; epoch++)
        {
            var start = _epochs.Start(epoch);
            first.Expire(start);
            for (var credit = _epochs[epoch].FirstStarting; credit != CreditTable.None; credit = _credits[credit].NextStarting)
            {
                if (_credits[credit].End < _horizon && _credits[credit].Priority <= _least)
                    first.Add(credit);
            }

            var isWhole = epoch + 1 < _epochs.Count && _epochs.Start(epoch + 1) <= _horizon;
            var sum = isWhole ? _epochs[epoch].Usages.Sum : _epochs[epoch].Usages.SumThrough(_usages, _horizon - 1);
            var rest = sum > first.Total ? sum - first.Total : 0;
            first.Burn(sum);
            if (start < _from)
                continue;
            if (_boundaries.Contains(start))
            {
                if (folded > 0)
                    yield return ClosedSum.Of(at, folded);
                (at, folded) = (start, 0);
            }

            folded += rest;
        }

        if (folded > 0)
            yield return ClosedSum.Of(at, folded);
    }

    private bool IsBetween(int credit) => _credits[credit].Priority > _least && _credits[credit].Priority <= _greatest;
}
