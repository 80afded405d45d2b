using GpuCredit.Client;
using LoadDriver.Settings;
using LoadDriver.Work;
using PeerBench.Work;

namespace LoadDriver.Judging;

/// <summary>What the driver knows of the accounts of its sample: which entries left, and which were acknowledged. For many at once.</summary>
internal sealed class Books
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, AccountPage> _pages = [];
    private readonly int _keptMax;
    private int _kept;

    public Books(LoadOptions options, int keptMax = LoadOptions.KeptMax)
    {
        _keptMax = keptMax;
        var chance = new Chance(options.Seed + 1);
        for (var account = 0; _pages.Count < Math.Min(options.Check, options.Accounts);)
        {
            _pages.TryAdd(account, new AccountPage(account, options.Start, options.LateBy));
            account = options.Check >= options.Accounts ? account + 1 : (int)chance.Between(0, options.Accounts - 1);
        }
    }

    /// <summary>To be read when nothing is under way.</summary>
    public IReadOnlyCollection<AccountPage> Pages => _pages.Values;

    /// <summary>More was sent to the sample than is kept.</summary>
    public bool AreFull => _kept >= _keptMax;

    /// <summary>It is about to leave; in the order of numbers.</summary>
    public void Plan(in PlannedEntry entry)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(entry.Account, out var page) && page.Plan(entry, hasRoom: _kept < _keptMax))
                _kept++;
        }
    }

    public void Decide(in PlannedEntry entry, EntryOutcome outcome)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(entry.Account, out var page))
                page.Decide(entry, outcome);
        }
    }

    /// <summary>They were planned, and the run ended before.</summary>
    public void NeverLeft(IReadOnlyList<PlannedEntry> entries)
    {
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                if (_pages.TryGetValue(entry.Account, out var page))
                    page.NeverLeft(entry);
            }
        }
    }
}
