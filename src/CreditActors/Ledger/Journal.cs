using System.Runtime.CompilerServices;

namespace CreditActors.Ledger;

/// <summary>
/// One account's standing entries, sorted by event time, and the law over them: take the entries with timestamp ≤ T, in the
/// order (timestamp, credits before usages, id); at each usage burn from the credits active at that timestamp, in the order
/// (priority, end, start, creditId), until the usage is paid or nothing is left. Entries may be applied in any order.
/// </summary>
/// <remarks>
/// Usages lie in the epochs between the credits' boundaries. Inserting a usage touches one epoch; inserting a credit splits at
/// most two. What later answers need is derived by <see cref="Replay"/> when the next question comes, and can be dropped at
/// any time. Not thread-safe: an account is one actor.
/// </remarks>
public sealed partial class Journal
{
    private const int LookAhead = 4;

    // Of MemoryBytes, as measured: LedgerBench -- --memory.
    private const int EmptyBytes = 1024;
    private const int UsageBytes = 32;
    private const int CreditBytes = 440;

    private readonly UsageTable _usages;
    private readonly CreditTable _credits;
    private readonly EpochList _epochs;
    private readonly Replay _replay;
    private readonly List<int> _amendedUsages = [];
    private readonly List<int> _amendedCredits = [];
    private readonly long _idBytesMax;

    public Journal()
        : this(IdTable.BytesMax)
    {
    }

    /// <param name="idBytesMax">The room for ids of each kind.</param>
    internal Journal(long idBytesMax)
    {
        _idBytesMax = idBytesMax;
        _usages = new(idBytesMax);
        _credits = new(idBytesMax);
        _epochs = new(_credits, _usages);
        _replay = new(_epochs, _credits);
    }

    /// <summary>The number of distinct usage ids, voided ones included; those that have left by a closing are not.</summary>
    public int UsageCount => _usages.Count - ClosedSumCount;

    /// <summary>The number of distinct credit ids, voided ones included.</summary>
    public int CreditCount => _credits.Count;

    /// <summary>The sum of the standing credits' amounts, whatever their time.</summary>
    public Int128 StandingCreditsSum { get; private set; }

    /// <summary>
    /// About what the journal keeps in memory. By counts alone, so that it costs nothing: how full what grows by doubling happens to be, and
    /// which checkpoints there are just now, isn't looked at.
    /// </summary>
    internal long MemoryBytes => EmptyBytes
        + _usages.IdBytes + ((long)UsageBytes * _usages.Count)
        + _credits.IdBytes + ((long)CreditBytes * _credits.Count)
        + ((long)Unsafe.SizeOf<UInt128>() * (Closed?.IdCount ?? 0));

    internal long EpochsReplayed => _replay.EpochsReplayed;

    internal int EpochCount => _epochs.Count;

    /// <summary>The edition of (kind, id) that stands, a void one included; null when none was ever applied.</summary>
    public Entry? Standing(EntryKind kind, string id)
    {
        switch (kind)
        {
            case EntryKind.Credit:
                var credit = _credits.Find(id);
                return credit < 0 ? null : _credits.Read(credit);
            case EntryKind.Usage:
                var usage = _usages.Find(id);
                return usage < 0 ? null : _usages.Read(usage);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    /// <summary>True when ids that the journal doesn't know, of so many bytes together (<see cref="IdTable.BytesOf"/>), can come.</summary>
    internal bool HasRoomForNew(EntryKind kind, long idBytes) => kind switch
    {
        EntryKind.Credit => _credits.HasRoomFor(idBytes),
        EntryKind.Usage => _usages.HasRoomFor(idBytes),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>What applying the entry would change, static rules and the limits on standing credits and on ids included. Changes nothing.</summary>
    public Decision Decide(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (EntryRules.Check(entry) is { } refusal)
            return new(OutcomeStatus.Rejected, Refusal: refusal);
        var standing = Standing(entry.Kind, entry.Id);
        if (standing is null && Closed?.Find(entry) is { } known)
            return new(known);
        if (standing is null && !HasRoomForNew(entry.Kind, IdTable.BytesOf(entry.Id)))
            return new(OutcomeStatus.Rejected, Refusal: EntryRules.IdsExceeded(entry.Kind));
        var decision = Decision.Compare(entry, standing);
        if (decision.Status != OutcomeStatus.Recorded)
            return decision;
        if (entry.Kind == EntryKind.Credit && StandingCreditsSum - (standing?.Amount ?? 0) + entry.Amount > Limits.StandingCreditsMax)
            return new(OutcomeStatus.Rejected, Refusal: EntryRules.StandingCreditsExceeded);
        return Lateness.IsLate(entry, standing, Horizon) ? new(OutcomeStatus.Late) : decision;
    }

    /// <summary>
    /// Takes a stored edition in. Total: it refuses nothing, and an edition whose revision is not above the standing one's
    /// changes nothing, so that any order and any repetition of stored editions give the same journal.
    /// </summary>
    public void Apply(Entry entry)
    {
        MayClose(entry);
        switch (entry)
        {
            case Usage usage:
                Apply(usage);
                break;
            case Credit credit:
                Apply(credit);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(entry));
        }
    }

    /// <summary>
    /// Takes stored editions in one after another. Faster than one by one: while an entry is taken in, the memory where the id
    /// of a later one belongs is fetched. Waiting for it is a third of an insertion.
    /// </summary>
    public void Apply(ReadOnlySpan<Entry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (i + LookAhead < entries.Length && entries[i + LookAhead] is Usage later)
                _usages.Prefetch(later.UsageId);
            Apply(entries[i]);
        }
    }

    /// <summary>What remains, at tick <paramref name="at"/>, of the credits active then. 0 is answered as none at the edge. Never negative.</summary>
    public long BalanceAt(long at)
    {
        var epoch = _epochs.Find(at);
        var total = _replay.TotalAtStart(epoch);
        if (total == 0)
            return 0;
        var used = _epochs[epoch].Usages.SumThrough(_usages, at);
        return used >= total ? 0 : total - (long)used;
    }

    /// <summary>Where the journal's growth stands now; see <see cref="EntriesSince"/>.</summary>
    public JournalMark Mark() => new(_usages.Count, _credits.Count, _amendedUsages.Count, _amendedCredits.Count);

    /// <summary>
    /// The growth since a mark: ids that came, and amendments, of which several of one entry count each. Not less than the
    /// number of entries that <see cref="EntriesSince"/> lists.
    /// </summary>
    public int CountSince(JournalMark mark) => Mark().CountSince(mark);

    /// <summary>
    /// The editions that stand now (void ones included) of the entries first applied, or amended, since the mark; applying
    /// them in any order to a journal that holds what came before it gives this journal again.
    /// </summary>
    public IEnumerable<Entry> EntriesSince(JournalMark mark) => EntriesBetween(mark, Mark());

    /// <summary>
    /// The editions that stand now (void ones included) of the entries first applied, or amended, between the two marks:
    /// after <paramref name="from"/>, up to <paramref name="to"/>. Pieces between neighbouring marks, applied in any order,
    /// add up to what <see cref="EntriesSince"/> lists.
    /// </summary>
    public IEnumerable<Entry> EntriesBetween(JournalMark from, JournalMark to)
    {
        foreach (var credit in AmendedBefore(from.Credits, _amendedCredits, from.AmendedCredits, to.AmendedCredits))
            yield return _credits.Read(credit);
        for (var credit = from.Credits; credit < to.Credits; credit++)
            yield return _credits.Read(credit);
        foreach (var usage in AmendedBefore(from.Usages, _amendedUsages, from.AmendedUsages, to.AmendedUsages))
            yield return _usages.Read(usage);
        for (var usage = Math.Max(from.Usages, ClosedSumCount); usage < to.Usages; usage++)
            yield return _usages.Read(usage);
    }

    /// <summary>Drops everything derived; changes no answer, only the cost of the next.</summary>
    public void DropCheckpoints() => _replay.Drop();

    private static IEnumerable<int> AmendedBefore(int firstNew, List<int> amended, int from, int to) =>
        amended.Take(to).Skip(from).Where(number => number < firstNew).Distinct();

    [SkipLocalsInit]
    private void Apply(Usage edition)
    {
        var id = IdTable.Encode(edition.UsageId, stackalloc byte[Limits.IdCharsMax]);
        Apply(id, _usages.Prefetch(id), edition.Amount, edition.Timestamp, edition.Revision);
    }

    /// <param name="id">Of a usage.</param>
    /// <param name="hash">What <see cref="UsageTable.Prefetch(ReadOnlySpan{byte})"/> has given for it.</param>
    /// <param name="amount">0 is a void.</param>
    /// <param name="timestamp">When.</param>
    /// <param name="revision">Of this edition.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(ReadOnlySpan<byte> id, ulong hash, long amount, long timestamp, int revision)
    {
        var usage = _usages.FindOrAdd(id, hash, out var added);
        if (!added)
        {
            if (revision <= _usages.Revision(usage))
                return;
            _amendedUsages.Add(usage);
            if (_usages.Amount(usage) > 0)
            {
                var before = _usages.Timestamp(usage);
                _epochs[_epochs.Find(before)].Usages.Remove(_usages, usage);
                Touch(before);
            }
        }

        _usages.Set(usage, amount, timestamp, revision);
        if (amount != 0)
            Insert(usage, timestamp);
    }

    private void Apply(Credit edition)
    {
        var credit = _credits.FindOrAdd(edition.CreditId, out var added);
        if (!added)
        {
            ref readonly var standing = ref _credits[credit];
            if (edition.Revision <= standing.Revision)
                return;
            _amendedCredits.Add(credit);
            StandingCreditsSum -= standing.Amount;
            if (standing.Amount > 0)
            {
                _epochs.Unlink(credit);
                Touch(standing.Timestamp, standing.End);
            }
        }

        _credits.Set(credit, edition);
        StandingCreditsSum += edition.Amount;
        if (!edition.IsVoid)
            Link(credit, edition.Timestamp, edition.End);
    }

    private void Insert(int usage, long timestamp)
    {
        _epochs[_epochs.Find(timestamp)].Usages.Insert(_usages, usage);
        Touch(timestamp);
    }

    private void Link(int credit, long start, long end)
    {
        _epochs.Link(credit);
        Touch(start, end);
    }

    /// <summary>A usage at t changes what remains after t: at the boundaries beyond it, and in how the first of them follows.</summary>
    private void Touch(long timestamp) => _replay.Touch(timestamp, timestamp + 1, timestamp);

    /// <summary>A credit changes what remains from its start on, and who is active up to its end.</summary>
    private void Touch(long start, long end) => _replay.Touch(start, start, end);
}
