using System.Globalization;
using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>
/// Credits that are all active at once: they start one after another, then all are active while as many usages come, and
/// they end, in another order, after the last of them. Usages come from the first start on.
/// </summary>
internal sealed class Overlap(int credits, int seed = 1)
{
    private readonly Random _chance = new(seed);
    private int _ids;

    /// <summary>Every credit has started by then and none has ended.</summary>
    public long Now { get; } = 2L * credits;

    public IEnumerable<Entry> Entries(int usages)
    {
        for (var n = 0; n < credits; n++)
        {
            var end = Now + 1 + _chance.Next(credits);
            yield return new Credit(NextId(), 1_000, n, end - n, _chance.Next(0, 101));
        }

        for (var n = 0; n < usages; n++)
            yield return UsageAt(n * Now / usages);
    }

    public Usage UsageNow() => UsageAt(Now);

    public Usage ATenthBack() => UsageAt(Now - _chance.NextInt64(Now * 8 / 100, Now * 12 / 100));

    public Usage Anywhere() => UsageAt(_chance.NextInt64(0, Now));

    /// <summary>It starts in the past, and ends, as the others do, after now.</summary>
    public Credit CreditAnywhere()
    {
        var start = _chance.NextInt64(0, Now);
        return new(NextId(), 1_000, start, Now + 1 + _chance.Next(credits) - start, _chance.Next(0, 101));
    }

    public long AnyInstant() => _chance.NextInt64(0, Now + credits);

    private Usage UsageAt(long time) => new(NextId(), _chance.Next(1, 100), time);

    private string NextId() => unchecked((ulong)++_ids * 0x9E3779B97F4A7C15UL).ToString("X16", CultureInfo.InvariantCulture);
}
