namespace DoorBench;

/// <summary>Usages without end, of one credit each, over many accounts and not in the order of their time; every sender takes the next batch.</summary>
internal sealed class UsageStream(string prefix, int accounts)
{
    private const long FirstTick = 1_700_000_000_000;
    private const long Span = 3_600_000;

    /// <summary>Coprime to <see cref="Span"/>, so that times are late by chance, and the same in every run.</summary>
    private const long Stride = 1_618_033;

    private long _taken;

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
            batch[i] = new(Accounts[(int)(number % Accounts.Count)], $"u{number}", FirstTick + (number * Stride % Span));
        }

        return batch;
    }

    /// <summary>How many of the first so many usages are this account's.</summary>
    public long UsagesOf(int account, long taken) => (taken / Accounts.Count) + (account < taken % Accounts.Count ? 1 : 0);
}
