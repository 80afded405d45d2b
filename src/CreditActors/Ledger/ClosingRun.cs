using System.Collections.Immutable;
using System.Diagnostics;

namespace CreditActors.Ledger;

/// <summary>
/// A closing that is being carried out: the journal that it leaves grows beside the one that is closed, a portion at a time, so that
/// an account of a million usages goes on meanwhile. What leaves can't change any more once the closing is decided: everything that would change
/// it is late. What stays may: it is taken as it stands, and the later editions come through <see cref="Take"/>.
/// </summary>
internal sealed class ClosingRun
{
    /// <summary>What is read before it is taken in, when all is carried out at once.</summary>
    private const int FinishEntries = 16_384;

    /// <summary>So many boundaries that move for a credit cost about what an entry does: credits that overlap by the ten thousand move as many each.</summary>
    private const int BoundariesForAnEntry = 512;

    /// <summary>How many usages ahead the memory is fetched where one belongs; see <see cref="Journal.Apply(ReadOnlySpan{Entry})"/>.</summary>
    private const int LookAhead = 4;

    private readonly Fold _fold;
    private readonly CreditTable _credits;
    private readonly UsageTable _usages;
    private readonly ImmutableArray<ClosedIds> _keptIds;
    private readonly ClosedIds.Builder _ids;
    private readonly long _horizon;
    private readonly int _sumCount;
    private readonly int _creditsEnd;
    private readonly int _usagesEnd;
    private readonly Queue<(ReadOnlyMemory<Entry> Entries, long Version)> _taken = new();
    private readonly List<(long Version, JournalMark Mark)> _grown = [];

    private int _credit;
    private int _staying;
    private int _sum;
    private int _usage;
    private JournalMark? _end;

    /// <param name="fold">What leaves.</param>
    /// <param name="credits">Of the journal that is closed.</param>
    /// <param name="usages">Of the journal that is closed.</param>
    /// <param name="sums">How many of those usages are closed sums.</param>
    /// <param name="journal">The one to fill.</param>
    /// <param name="keptIds">What left by earlier closings and isn't forgotten.</param>
    public ClosingRun(Fold fold, CreditTable credits, UsageTable usages, int sums, Journal journal, ImmutableArray<ClosedIds> keptIds)
    {
        (_fold, _credits, _usages, _keptIds, Journal) = (fold, credits, usages, keptIds, journal);
        (_horizon, _sumCount) = (journal.Closed!.Horizon, journal.Closed.Sums.Length);
        (_creditsEnd, _usagesEnd, _usage) = (credits.Count, usages.Count, sums);
        _ids = new(_horizon, _creditsEnd + _usagesEnd);
    }

    /// <summary>The journal that the closing leaves; not to be asked before <see cref="IsDone"/>.</summary>
    public Journal Journal { get; }

    /// <summary>True when nothing is left to carry out and to take in.</summary>
    public bool IsDone => _end is not null && _taken.Count == 0;

    /// <summary>How many entries have left, once <see cref="IsDone"/>.</summary>
    public int Folded => Journal.Closed!.Ids[^1].Count;

    /// <summary>Where the new journal stood when it held what the closing had left, and nothing that came later.</summary>
    public JournalMark End => _end ?? throw new UnreachableException("The closing isn't carried out.");

    /// <summary>Where it stood after each of the later events.</summary>
    public IReadOnlyList<(long Version, JournalMark Mark)> Grown => _grown;

    /// <summary>Entries that the journal that is closed has taken in since; they are not to change any more.</summary>
    public void Take(ReadOnlyMemory<Entry> entries, long version) => _taken.Enqueue((entries, version));

    /// <summary>Carries out some more: about so many entries, or one event of those that came later.</summary>
    public void Step(int entries)
    {
        for (; entries > 0 && _credit < _creditsEnd; entries--)
            PassCredit(_credit++);
        while (entries > 0 && _staying < _fold.Staying.Length)
            entries -= 1 + (int)(Journal.TakeOver(_credits, _fold.Staying[_staying++]) / BoundariesForAnEntry);
        for (; entries > 0 && _sum < _sumCount; entries--)
            Journal.TakeSum(_sum++);
        for (; entries > 0 && _usage < _usagesEnd; entries--)
            PassUsage(_usage++);
        while (entries > 0 && !_ids.IsSorted)
            entries -= _ids.SortPage();
        for (var replayed = 0; entries > 0 && _end is null; entries -= replayed)
        {
            replayed = Journal.Extend(entries);
            if (replayed > 0)
                continue;
            Journal.Remember([.. _keptIds, _ids.Build()]);
            _end = Journal.Mark();
        }

        while (entries > 0 && _taken.TryDequeue(out var later))
        {
            Journal.Apply(later.Entries.Span);
            _grown.Add((later.Version, Journal.Mark()));
            entries -= later.Entries.Length;
        }
    }

    public void Finish()
    {
        while (!IsDone)
            Step(FinishEntries);
    }

    private void PassCredit(int credit)
    {
        if (!_fold.Leaves(credit))
            return;
        ref readonly var row = ref _credits[credit];
        _ids.Add(ClosedIds.DigestOf(EntryKind.Credit, _credits.Id(credit), row.Amount, row.Timestamp, row.End - row.Timestamp, row.Priority), row.Revision);
    }

    private void PassUsage(int usage)
    {
        var ahead = usage + LookAhead;
        if (ahead < _usagesEnd && _usages.Timestamp(ahead) >= _horizon)
            Journal.Prefetch(_usages, ahead);
        if (_usages.Timestamp(usage) < _horizon)
            _ids.Add(ClosedIds.DigestOf(EntryKind.Usage, _usages.Id(usage), _usages.Amount(usage), _usages.Timestamp(usage)), _usages.Revision(usage));
        else
            Journal.TakeOver(_usages, usage);
    }
}
