using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>
/// What the journal is measured beside: the account's entries in one sorted list, replayed from the start for every
/// question. It has no ids and no revisions, so its insertions cost less than any journal's; it is here for the question.
/// </summary>
internal sealed class PlainReplay
{
    private readonly List<Line> _lines = [];

    public void Insert(Entry entry)
    {
        var credit = entry as Credit;
        var line = new Line(entry.Timestamp, entry.Amount, credit?.End ?? 0, credit?.Priority ?? -1);
        var index = _lines.Count;
        if (index > 0 && line.CompareTo(_lines[^1]) < 0)
        {
            index = _lines.BinarySearch(line);
            index = index < 0 ? ~index : index;
        }

        _lines.Insert(index, line);
    }

    public long BalanceAt(long at)
    {
        var byBurn = new PriorityQueue<Active, (int, long, long)>();
        var byEnd = new PriorityQueue<Active, long>();
        var balance = 0L;
        foreach (ref readonly var line in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_lines))
        {
            if (line.Time > at)
                break;
            ExpireBefore(line.Time);
            if (line.IsCredit)
            {
                var active = new Active { Left = line.Amount };
                byBurn.Enqueue(active, (line.Priority, line.End, line.Time));
                byEnd.Enqueue(active, line.End);
                balance += line.Amount;
                continue;
            }

            for (var due = line.Amount; due > 0 && byBurn.TryPeek(out var first, out _);)
            {
                var taken = Math.Min(due, first.Left);
                first.Left -= taken;
                due -= taken;
                balance -= taken;
                if (first.Left == 0)
                    byBurn.Dequeue();
            }
        }

        ExpireBefore(at);
        return balance;

        void ExpireBefore(long time)
        {
            while (byEnd.TryPeek(out var ended, out var end) && end < time)
            {
                byEnd.Dequeue();
                balance -= ended.Left;
                ended.Left = 0;
            }
        }
    }

    private readonly record struct Line(long Time, long Amount, long End, int Priority) : IComparable<Line>
    {
        public bool IsCredit => Priority >= 0;

        public int CompareTo(Line other) => Time != other.Time ? Time.CompareTo(other.Time) : other.IsCredit.CompareTo(IsCredit);
    }

    private sealed class Active
    {
        public long Left { get; set; }
    }
}
