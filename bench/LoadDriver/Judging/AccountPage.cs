using GpuCredit.Client;
using LoadDriver.Work;

namespace LoadDriver.Judging;

/// <summary>What is known of one account of the sample. Its entries are in the order of their numbers.</summary>
internal sealed class AccountPage(int account, long start, long lateBy)
{
    private readonly List<PlannedEntry> _entries = [];
    private readonly List<Known> _known = [];
    private long _latestUsage = start;

    public int Account { get; } = account;

    /// <summary>Balances before this tick can be judged: no entry that isn't kept is stamped earlier (so they can't change one).</summary>
    public long JudgedBefore { get; private set; } = long.MaxValue;

    /// <summary>The highest version that was answered.</summary>
    public long Version { get; private set; }

    public int Count => _entries.Count;

    /// <summary>Stored for certain.</summary>
    public IEnumerable<PlannedEntry> Acknowledged => Where(Known.Acknowledged);

    /// <summary>It isn't known whether they are stored.</summary>
    public IEnumerable<PlannedEntry> Open => Where(Known.Open);

    /// <summary>Whether it is kept; what is known already, a repeat, isn't kept twice.</summary>
    public bool Plan(in PlannedEntry entry, bool hasRoom)
    {
        if ((_entries.Count > 0 && entry.Number <= _entries[^1].Number) || JudgedBefore != long.MaxValue)
            return false;
        if (!hasRoom)
        {
            // Later entries are at most this much earlier than the latest usage; see Workload.
            JudgedBefore = _entries.Count == 0 ? long.MinValue : _latestUsage - lateBy;
            return false;
        }

        if (!entry.IsCredit)
            _latestUsage = Math.Max(_latestUsage, entry.Timestamp);
        _entries.Add(entry);
        _known.Add(Known.Open);
        return true;
    }

    public void Decide(in PlannedEntry entry, EntryOutcome outcome)
    {
        Set(entry, outcome.IsAcknowledged ? Known.Acknowledged : Known.Refused);
        Version = Math.Max(Version, outcome.Version ?? 0);
    }

    public void NeverLeft(in PlannedEntry entry) => Set(entry, Known.Refused);

    private void Set(in PlannedEntry entry, Known known)
    {
        int low = 0, high = _entries.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_entries[middle].Number == entry.Number)
            {
                // Once acknowledged it is, whatever a repeat is told.
                if (_known[middle] != Known.Acknowledged)
                    _known[middle] = known;
                return;
            }

            if (_entries[middle].Number < entry.Number)
                low = middle + 1;
            else
                high = middle - 1;
        }
    }

    private IEnumerable<PlannedEntry> Where(Known known)
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_known[i] == known)
                yield return _entries[i];
        }
    }

    private enum Known : byte
    {
        Open,
        Acknowledged,
        Refused,
    }
}
