using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>
/// The oracle again for journals of tens of thousands of entries: one pass over the sorted standing entries, with the
/// active credits in a heap by burn order. It keeps nothing between two passes, and is itself held to <see cref="Oracle"/>.
/// </summary>
internal sealed class PlainReplay
{
    private static readonly Comparer<Entry> ReplayOrder = Comparer<Entry>.Create((a, b) =>
        a.Timestamp != b.Timestamp ? a.Timestamp.CompareTo(b.Timestamp)
        : a is Credit != b is Credit ? (a is Credit ? -1 : 1)
        : string.CompareOrdinal(a.Id, b.Id));

    private static readonly Comparer<Active> BurnOrder = Comparer<Active>.Create((a, b) =>
        a.Credit.Priority != b.Credit.Priority ? a.Credit.Priority.CompareTo(b.Credit.Priority)
        : a.End != b.End ? a.End.CompareTo(b.End)
        : a.Credit.Timestamp != b.Credit.Timestamp ? a.Credit.Timestamp.CompareTo(b.Credit.Timestamp)
        : string.CompareOrdinal(a.Credit.CreditId, b.Credit.CreditId));

    private readonly List<Entry> _sorted = [];

    public IReadOnlyList<Entry> Sorted => _sorted;

    /// <summary>Puts an edition in the place of the one that stood.</summary>
    public void Take(Entry entry, Entry? instead)
    {
        if (instead is { Amount: > 0 })
            _sorted.RemoveAt(_sorted.BinarySearch(instead, ReplayOrder));
        if (entry.Amount > 0)
            _sorted.Insert(~_sorted.BinarySearch(entry, ReplayOrder), entry);
    }

    public Int128[] BalancesAt(ReadOnlySpan<long> ascending)
    {
        var balances = new Int128[ascending.Length];
        var byBurn = new PriorityQueue<Active, Active>(BurnOrder);
        var byEnd = new PriorityQueue<Active, long>();
        Int128 balance = 0;
        var next = 0;
        for (var index = 0; index < ascending.Length; index++)
        {
            for (; next < _sorted.Count && _sorted[next].Timestamp <= ascending[index]; next++)
                Replay(_sorted[next]);
            ExpireBefore(ascending[index]);
            balances[index] = balance;
        }

        return balances;

        void Replay(Entry entry)
        {
            ExpireBefore(entry.Timestamp);
            if (entry is Credit credit)
            {
                var active = new Active(credit);
                byBurn.Enqueue(active, active);
                byEnd.Enqueue(active, active.End);
                balance += credit.Amount;
                return;
            }

            for (var due = entry.Amount; due > 0 && byBurn.Count > 0;)
            {
                var first = byBurn.Peek();
                var taken = Math.Min(due, first.Left);
                first.Left -= taken;
                due -= taken;
                balance -= taken;
                if (first.Left == 0)
                    byBurn.Dequeue();
            }
        }

        void ExpireBefore(long time)
        {
            while (byEnd.Count > 0 && byEnd.Peek().End < time)
            {
                var ended = byEnd.Dequeue();
                balance -= ended.Left;
                ended.Left = 0;
            }
        }
    }

    private sealed class Active(Credit credit)
    {
        public Credit Credit { get; } = credit;

        public long End { get; } = credit.Timestamp + credit.Expiration;

        public long Left { get; set; } = credit.Amount;
    }
}
