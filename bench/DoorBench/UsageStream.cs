namespace DoorBench;

/// <summary>Usages without end, of one credit each, over many accounts and not in the order of their time; every sender takes the next batch.</summary>
internal sealed class UsageStream(string prefix, int accounts)
{
    private const long FirstTick = 1_700_000_000_000;
    private const long Span = 3_600_000;

    /// <summary>Coprime to <see cref="Span"/>, so that times are late by chance, and the same in every run.</summary>
    private const long Stride = 1_618_033;

    private long _taken;

    /// <summary>Some that all usages are spread over, rising; the last is after all of them.</summary>
    public static IReadOnlyList<long> Instants { get; } = [FirstTick + (Span / 4), FirstTick + (Span / 2), FirstTick + (Span * 3 / 4), FirstTick + Span];

    /// <summary>How many were taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    public IReadOnlyList<string> Accounts { get; } = [.. Enumerable.Range(0, accounts).Select(n => $"{prefix}-{n}")];

    public IReadOnlyList<UsageLine> Take(int count)
    {
        var end = Interlocked.Add(ref _taken, count);
        var batch = new UsageLine[count];
        for (var i = 0; i < count; i++)
        {
            var number = end - count + i;
            batch[i] = new(Accounts[AccountOf(number)], $"u{number}", TimestampOf(number));
        }

        return batch;
    }

    /// <summary>For each account how many of the usages taken are up to each of <see cref="Instants"/>, which are included.</summary>
    public long[][] Counts()
    {
        long[][] counts = [.. Accounts.Select(_ => new long[Instants.Count])];
        for (long number = 0, taken = Taken; number < taken; number++)
        {
            var timestamp = TimestampOf(number);
            for (var n = 0; n < Instants.Count; n++)
            {
                if (timestamp <= Instants[n])
                    counts[AccountOf(number)][n]++;
            }
        }

        return counts;
    }

    private static long TimestampOf(long number) => FirstTick + (number * Stride % Span);

    private int AccountOf(long number) => (int)(number % Accounts.Count);
}
