using System.Numerics;
using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// The law of SPEC §3, read aloud: take the standing editions, sort, replay. Nothing clever, nothing kept, and nothing
/// borrowed from the code it judges but the entries' plain values.
/// </summary>
internal sealed class Oracle
{
    private readonly List<CreditLine> _credits = [];
    private readonly List<UsageLine> _usages = [];
    private readonly long _at;

    private Oracle(IEnumerable<Entry> editions, long at)
    {
        _at = at;
        var entries = Standing(editions)
            .Where(entry => entry.Amount != 0 && entry.Timestamp <= at)
            .OrderBy(entry => entry.Timestamp)
            .ThenBy(entry => entry is Credit ? 0 : 1)
            .ThenBy(entry => entry.Id, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry is Credit credit)
                _credits.Add(new CreditLine(credit));
            else
                Burn((Usage)entry);
        }
    }

    /// <summary>Every standing credit that started by the instant asked for, in replay order.</summary>
    public IReadOnlyList<CreditLine> Credits => _credits;

    /// <summary>Every standing usage up to the instant asked for, in replay order.</summary>
    public IReadOnlyList<UsageLine> Usages => _usages;

    public BigInteger Balance => Sum(_credits.Where(IsActive).Select(line => line.Left));

    public BigInteger Credited => Sum(_credits.Select(line => (BigInteger)line.Credit.Amount));

    public BigInteger Expired => Sum(_credits.Where(line => !IsActive(line)).Select(line => line.Left));

    public BigInteger BurnedFromCredits => Sum(_credits.Select(line => line.Burned));

    public BigInteger Used => Sum(_usages.Select(line => (BigInteger)line.Usage.Amount));

    public BigInteger BurnedByUsages => Sum(_usages.SelectMany(line => line.Burned).Select(burn => burn.Amount));

    public BigInteger Uncovered => Sum(_usages.Select(line => line.Uncovered));

    /// <summary>The answers as of an instant, from any bag of editions; of two of one revision the one that comes first is in it.</summary>
    public static Oracle At(IEnumerable<Entry> editions, long at) => new(editions, at);

    /// <summary>For each (kind, id) the edition with the highest revision, void ones included.</summary>
    public static IReadOnlyList<Entry> Standing(IEnumerable<Entry> editions)
    {
        var standing = new Dictionary<(bool IsCredit, string Id), Entry>();
        foreach (var entry in editions)
        {
            var key = (entry is Credit, entry.Id);
            if (!standing.TryGetValue(key, out var other) || entry.Revision > other.Revision)
                standing[key] = entry;
        }

        return [.. standing.Values];
    }

    /// <summary>
    /// Where an answer may change: each start, end and usage of any edition, one tick to either side, and the two ends of
    /// time. Superseded editions count: their old places are where a bad amendment shows.
    /// </summary>
    public static long[] InterestingTimes(IEnumerable<Entry> editions)
    {
        var times = new SortedSet<long> { -Limits.TicksMax, 0, Limits.TicksMax };
        foreach (var entry in editions)
        {
            Around(entry.Timestamp);
            if (entry is Credit credit)
                Around(credit.Timestamp + credit.Expiration);
        }

        return [.. times];

        void Around(long time)
        {
            for (var at = time - 1; at <= time + 1; at++)
            {
                if (Math.Abs(at) <= Limits.TicksMax)
                    times.Add(at);
            }
        }
    }

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);

    private bool IsActive(CreditLine line) => _at <= line.End;

    private void Burn(Usage usage)
    {
        var line = new UsageLine(usage);
        var active = _credits
            .Where(credit => credit.End >= usage.Timestamp)
            .OrderBy(credit => credit.Credit.Priority)
            .ThenBy(credit => credit.End)
            .ThenBy(credit => credit.Credit.Timestamp)
            .ThenBy(credit => credit.Credit.CreditId, StringComparer.Ordinal);
        foreach (var credit in active)
        {
            var taken = BigInteger.Min(credit.Left, line.Uncovered);
            if (taken.IsZero)
                continue;
            credit.Burned += taken;
            line.Uncovered -= taken;
            line.Burned.Add((credit.Credit.CreditId, taken));
        }

        _usages.Add(line);
    }

    internal sealed class CreditLine(Credit credit)
    {
        public Credit Credit { get; } = credit;

        public long End { get; } = credit.Timestamp + credit.Expiration;

        public BigInteger Burned { get; set; }

        /// <summary>What no usage took: it remains while the credit is active, and is expired afterwards.</summary>
        public BigInteger Left => Credit.Amount - Burned;
    }

    internal sealed class UsageLine(Usage usage)
    {
        public Usage Usage { get; } = usage;

        /// <summary>In burn order.</summary>
        public List<(string CreditId, BigInteger Amount)> Burned { get; } = [];

        public BigInteger Uncovered { get; set; } = usage.Amount;
    }
}
