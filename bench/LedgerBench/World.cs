using System.Globalization;
using CreditActors.Ledger;

namespace CreditActors.Bench;

/// <summary>
/// An account's life: usages ten ticks apart, one credit for every <paramref name="usagesPerCredit"/> of them, one or two
/// active at a time, which pay for about as much as is used, so that some usages stay uncovered and some credits expire.
/// </summary>
internal sealed class World(int usagesPerCredit, int idChars, int seed = 1)
{
    private const int TicksForAUsage = 10;
    private const int AmountMost = 10;

    private readonly Random _chance = new(seed);
    private long _ids;
    private int _usages;

    /// <summary>The instant of the latest in-order usage.</summary>
    public long Now { get; private set; }

    /// <summary>The next entries in event time, with <paramref name="usages"/> usages among them; nothing of them is kept here.</summary>
    public IEnumerable<Entry> InOrder(int usages)
    {
        for (var n = 0; n < usages; n++)
        {
            if (_usages % usagesPerCredit == 0)
                yield return CreditAt(Now + 1);
            _usages++;
            Now += TicksForAUsage;
            yield return new Usage(NextId(), _chance.Next(1, AmountMost + 1), Now);
        }
    }

    /// <summary>A usage at a random instant about a tenth of all time back (8 to 12 %).</summary>
    public Usage ATenthBack() => new(NextId(), _chance.Next(1, AmountMost + 1), Now - _chance.NextInt64(Now * 8 / 100, Now * 12 / 100));

    public Credit CreditATenthBack() => CreditAt(Now - _chance.NextInt64(Now * 8 / 100, Now * 12 / 100));

    public long AnyInstant() => _chance.NextInt64(0, Now);

    private Credit CreditAt(long start) =>
        new(
            NextId(),
            (long)(usagesPerCredit * (AmountMost + 1) / 2.0 * (0.8 + (0.4 * _chance.NextDouble()))),
            start,
            usagesPerCredit * TicksForAUsage * 3L / 2);

    /// <summary>Unique, and without an order that an index could profit from.</summary>
    private string NextId()
    {
        var scattered = unchecked((ulong)++_ids * 0x9E3779B97F4A7C15UL);
        var id = scattered.ToString("X16", CultureInfo.InvariantCulture);
        return idChars switch
        {
            16 => id,
            36 => $"{id[..8]}-{id[8..12]}-{id[12..]}-8000-{id[4..]}",
            _ => throw new ArgumentOutOfRangeException(nameof(idChars)),
        };
    }
}
