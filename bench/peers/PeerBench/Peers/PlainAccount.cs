using PeerBench.Work;

namespace PeerBench.Peers;

/// <summary>
/// One account in memory as a careful developer would write it: a sorted array, the state after the last entry asked about, and a copy of it
/// every 1,024 entries to go back to. The Orleans peers are made of it, and once the check has compared them with the oracle it is
/// what the balances after a run are compared with.
/// </summary>
internal sealed class PlainAccount
{
    private const int EntriesEachCheckpoint = 1_024;

    private readonly HashSet<Guid> _ids = [];
    private readonly List<State> _checkpoints = [];
    private Line[] _lines = new Line[8];
    private State _last = new();

    public int Count { get; private set; }

    public bool Knows(Guid id) => _ids.Contains(id);

    /// <summary>False when the id was known.</summary>
    public bool Add(in WorkEntry entry)
    {
        if (!_ids.Add(entry.Id))
            return false;
        if (Count == _lines.Length)
            Array.Resize(ref _lines, Count * 2);
        var place = Count;
        if (Count > 0 && IsBefore(entry, _lines[Count - 1]))
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (IsBefore(entry, _lines[middle]))
                    high = middle;
                else
                    low = middle + 1;
            }

            place = low;
            Array.Copy(_lines, place, _lines, place + 1, Count - place);
            while (_checkpoints.Count > 0 && _checkpoints[^1].UpTo > place)
                _checkpoints.RemoveAt(_checkpoints.Count - 1);
            if (_last.UpTo > place)
                _last = _checkpoints.Count > 0 ? _checkpoints[^1].Copy() : new State();
        }

        _lines[place] = new Line(entry.Timestamp, entry.Amount, entry.End, entry.Kind);
        Count++;
        return true;
    }

    public long BalanceAt(long at)
    {
        if (Count == 0)
            return 0;
        State state;
        if (at >= _lines[Count - 1].Timestamp)
        {
            state = _last;
            for (var i = state.UpTo; i < Count; i++)
            {
                Apply(state.Credits, _lines[i]);
                state.UpTo = i + 1;
                if (state.UpTo - (_checkpoints.Count > 0 ? _checkpoints[^1].UpTo : 0) >= EntriesEachCheckpoint)
                    _checkpoints.Add(state.Copy());
            }
        }
        else
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_lines[middle].Timestamp > at)
                    high = middle;
                else
                    low = middle + 1;
            }

            var checkpoint = _checkpoints.Count - 1;
            while (checkpoint >= 0 && _checkpoints[checkpoint].UpTo > low)
                checkpoint--;
            state = checkpoint >= 0 ? _checkpoints[checkpoint].Copy() : new State();
            for (var i = state.UpTo; i < low; i++)
                Apply(state.Credits, _lines[i]);
        }

        var balance = 0L;
        foreach (var (end, left) in state.Credits)
        {
            if (end >= at)
                balance += left;
        }

        return balance;
    }

    private static bool IsBefore(in WorkEntry entry, in Line line) =>
        entry.Timestamp < line.Timestamp || (entry.Timestamp == line.Timestamp && entry.Kind < line.Kind);

    private static void Apply(List<(long End, long Left)> credits, in Line line)
    {
        if (line.Kind == WorkEntry.Credit)
        {
            var place = credits.Count;
            while (place > 0 && credits[place - 1].End > line.End)
                place--;
            credits.Insert(place, (line.End, line.Amount));
            return;
        }

        var first = 0;
        var due = line.Amount;
        while (first < credits.Count && credits[first].End < line.Timestamp)
            first++;
        while (due > 0 && first < credits.Count)
        {
            if (credits[first].Left <= due)
            {
                due -= credits[first].Left;
                first++;
            }
            else
            {
                credits[first] = (credits[first].End, credits[first].Left - due);
                due = 0;
            }
        }

        if (first > 0)
            credits.RemoveRange(0, first);
    }

    private readonly record struct Line(long Timestamp, long Amount, long End, byte Kind);

    /// <summary>What remains of the active credits, soonest end first, after the first <see cref="UpTo"/> lines.</summary>
    private sealed class State
    {
        public List<(long End, long Left)> Credits { get; private init; } = [];

        public int UpTo { get; set; }

        public State Copy() => new() { Credits = [.. Credits], UpTo = UpTo };
    }
}
