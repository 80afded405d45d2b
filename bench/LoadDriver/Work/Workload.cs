using GpuCredit.Client;
using LoadDriver.Settings;
using PeerBench.Work;

namespace LoadDriver.Work;

/// <summary>
/// What is sent, one request after the other: it follows from the options alone, so that the same options give the same entries. One caller at a time.
/// </summary>
/// <remarks>
/// An account's first entry is a credit from before the run. Later credits last a tenth to a hundred times as long as it takes until the
/// account's next one (about 14 are active at once, and most end during a long run), and are on average a little more than what is used
/// meanwhile: so balances are rarely none, credits often end with something left, and a usage that is missing or double shows.
/// </remarks>
internal sealed class Workload
{
    private const int RepeatsReachBack = 1_024;
    private const long UsageMax = 100;
    private const double UsageMean = (1 + UsageMax) / 2.0;
    private const long DayInTicks = 86_400_000;
    private const double LengthMax = 1e12;
    private const long AmountMax = 1_000_000_000;
    private const double PastAsks = 0.25;
    private const double OtherPriorities = 0.25;

    private const long Unopened = long.MinValue;
    private const long Unused = long.MinValue + 1;

    private readonly LoadOptions _options;
    private readonly Chance _chance;
    private readonly long[] _latestUsages;
    private readonly PlannedEntry[] _sent = new PlannedEntry[RepeatsReachBack];
    private readonly List<PlannedEntry> _gathered = [];
    private readonly List<RequestKind> _kinds = [];
    private long _sentCount;

    public Workload(LoadOptions options)
    {
        _options = options;
        _chance = new Chance(options.Seed);
        _latestUsages = new long[options.Accounts];
        Array.Fill(_latestUsages, Unopened);
    }

    /// <summary>Entries and questions that were made.</summary>
    public long Steps { get; private set; }

    /// <summary>The event time of the last one.</summary>
    public long Now => TimeOf(Math.Max(0, Steps - 1));

    /// <summary>Null at the end.</summary>
    public LoadRequest? Next()
    {
        while (Steps < _options.Count)
        {
            var now = TimeOf(Steps++);
            if (_chance.Share() < _options.Asks)
                return new LoadRequest(RequestKind.Ask, Steps - 1, [], [], AnyAccount(), _chance.Share() < PastAsks ? _chance.Between(_options.Start, now) : now);
            Gather(now);
            if (_gathered.Count == _options.Batch)
                return Gathered();
        }

        return _gathered.Count > 0 ? Gathered() : null;
    }

    private long TimeOf(long step) => _options.Start + (long)(step * _options.TicksEachStep);

    private LoadRequest Gathered()
    {
        var request = new LoadRequest(_options.Batch == 1 ? _kinds[0] : RequestKind.Batch, Steps - 1, [.. _gathered], [.. _kinds]);
        _gathered.Clear();
        _kinds.Clear();
        return request;
    }

    private void Gather(long now)
    {
        if (_sentCount > 0 && _chance.Share() < _options.Repeat)
        {
            _gathered.Add(_sent[_chance.Between(0, Math.Min(_sentCount, RepeatsReachBack) - 1)]);
            _kinds.Add(RequestKind.Repeat);
            return;
        }

        var (entry, kind) = New(AnyAccount(), now);
        _sent[_sentCount++ % RepeatsReachBack] = entry;
        _gathered.Add(entry);
        _kinds.Add(kind);
    }

    private (PlannedEntry Entry, RequestKind Kind) New(int account, long now)
    {
        var number = Steps - 1;
        ref var latest = ref _latestUsages[account];
        if (latest == Unopened)
        {
            latest = Unused;
            return (new(account, number, IsCredit: true, _options.Start - _options.LateBy, _chance.Between(2_000, 20_000), _chance.Between(DayInTicks, 2 * DayInTicks)), RequestKind.Credit);
        }

        var isCredit = _chance.Share() < _options.Credits;
        var isLate = _chance.Share() < _options.Late && latest != Unused;
        var timestamp = isLate ? latest - _chance.Between(1, _options.LateBy) : now;
        if (isCredit)
            return (Credit(account, number, timestamp), isLate ? RequestKind.Late : RequestKind.Credit);
        latest = Math.Max(latest, timestamp);
        return (new(account, number, IsCredit: false, timestamp, _chance.Between(1, UsageMax)), isLate ? RequestKind.Late : RequestKind.Usage);
    }

    private PlannedEntry Credit(int account, long number, long timestamp)
    {
        var usedMeanwhile = UsageMean * (1 - _options.Credits) / _options.Credits;
        var amount = 1 + (long)Math.Min(AmountMax, usedMeanwhile * (0.5 + (1.4 * _chance.Share())));
        var length = (long)Math.Min(LengthMax, TicksBetweenCredits(account) * Math.Pow(10, (3 * _chance.Share()) - 1));
        var priority = _chance.Share() < OtherPriorities ? (int)_chance.Between(0, 100) : Entry.PriorityDefault;
        return new(account, number, IsCredit: true, timestamp, amount, length, priority);
    }

    private double TicksBetweenCredits(int account)
    {
        var ofAccount = account == 0 && _options.Accounts > 1 ? _options.Hot : _options.Accounts == 1 ? 1 : (1 - _options.Hot) / (_options.Accounts - 1);
        return _options.TicksEachStep / ((1 - _options.Asks) * ofAccount * _options.Credits);
    }

    private int AnyAccount() =>
        _options.Accounts == 1 || _chance.Share() < _options.Hot ? 0 : (int)_chance.Between(1, _options.Accounts - 1);
}
