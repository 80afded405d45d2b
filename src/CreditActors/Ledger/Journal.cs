namespace CreditActors.Ledger;

/// <summary>One account's standing entries, sorted by event time, and the law over them. (Skeleton; being written.)</summary>
public sealed class Journal
{
    private readonly Dictionary<(EntryKind, string), Entry> _standing = [];
    private readonly List<Entry> _applied = [];

    /// <summary>The number of distinct usage ids, voided ones included.</summary>
    public int UsageCount => _standing.Keys.Count(key => key.Item1 == EntryKind.Usage);

    /// <summary>The number of distinct credit ids, voided ones included.</summary>
    public int CreditCount => _standing.Keys.Count(key => key.Item1 == EntryKind.Credit);

    /// <summary>The sum of the standing credits' amounts, whatever their time.</summary>
    public Int128 StandingCreditsSum => _standing.Values.Where(entry => entry.Kind == EntryKind.Credit).Aggregate(Int128.Zero, (sum, entry) => sum + entry.Amount);

    /// <summary>The edition of (kind, id) that stands, a void one included; null when none was ever applied.</summary>
    public Entry? Standing(EntryKind kind, string id) => _standing.GetValueOrDefault((kind, id));

    /// <summary>What applying the entry would change, static rules and the limit on standing credits included. Changes nothing.</summary>
    public Decision Decide(Entry entry)
    {
        if (EntryRules.Check(entry) is { } refusal)
            return new(OutcomeStatus.Rejected, Refusal: refusal);
        var standing = Standing(entry.Kind, entry.Id);
        var decision = Decision.Compare(entry, standing);
        return decision.Status == OutcomeStatus.Recorded && entry.Kind == EntryKind.Credit
            && StandingCreditsSum - (standing?.Amount ?? 0) + entry.Amount > Limits.StandingCreditsMax
            ? new(OutcomeStatus.Rejected, Refusal: EntryRules.StandingCreditsExceeded)
            : decision;
    }

    /// <summary>
    /// Takes a stored edition in. Total: it refuses nothing, and an edition whose revision is not above the standing one's
    /// changes nothing, so that any order and any repetition of stored editions give the same journal.
    /// </summary>
    public void Apply(Entry entry)
    {
        if (Standing(entry.Kind, entry.Id) is { } standing && standing.Revision >= entry.Revision)
            return;
        _standing[(entry.Kind, entry.Id)] = entry;
        _applied.Add(entry);
    }

    /// <summary>What remains, at tick <paramref name="at"/>, of the credits active then. 0 is answered as none at the edge. Never negative.</summary>
    public long BalanceAt(long at)
    {
        var left = new Dictionary<Credit, long>();
        foreach (var entry in _standing.Values.Where(entry => entry.Timestamp <= at).OrderBy(entry => entry.Timestamp).ThenBy(entry => entry.Kind).ThenBy(entry => entry.Id, StringComparer.Ordinal))
        {
            if (entry is Credit started)
            {
                left.Add(started, started.Amount);
                continue;
            }

            var due = entry.Amount;
            foreach (var credit in left.Keys.Where(credit => credit.End >= entry.Timestamp).OrderBy(credit => credit.Priority).ThenBy(credit => credit.End).ThenBy(credit => credit.Timestamp).ThenBy(credit => credit.Id, StringComparer.Ordinal).ToList())
            {
                var taken = Math.Min(due, left[credit]);
                left[credit] -= taken;
                due -= taken;
            }
        }

        return left.Where(pair => pair.Key.End >= at).Sum(pair => pair.Value);
    }

    /// <summary>Where the journal's growth stands now; see <see cref="EntriesSince"/>.</summary>
    public JournalMark Mark() => new(_applied.Count, 0, 0, 0);

    /// <summary>The number of entries that <see cref="EntriesSince"/> would list.</summary>
    public int CountSince(JournalMark mark) => _applied.Count - mark.Usages;

    /// <summary>
    /// The standing editions (void ones included) of the entries first applied, or amended, after the mark; applying
    /// them in any order to a journal that holds what came before <paramref name="from"/> gives this journal again.
    /// </summary>
    public IEnumerable<Entry> EntriesSince(JournalMark from) => EntriesBetween(from, Mark());

    /// <summary>
    /// The editions that stand now (void ones included) of the entries first applied, or amended, between the two marks:
    /// after <paramref name="from"/>, up to <paramref name="to"/>. Pieces between neighbouring marks, applied in any order,
    /// add up to what <see cref="EntriesSince"/> lists.
    /// </summary>
    public IEnumerable<Entry> EntriesBetween(JournalMark from, JournalMark to) =>
        _applied.Take(to.Usages).Skip(from.Usages).Select(entry => Standing(entry.Kind, entry.Id)!).Distinct();

    /// <summary>Drops everything derived; changes no answer, only the cost of the next.</summary>
    public void DropCheckpoints() => _applied.TrimExcess();
}
