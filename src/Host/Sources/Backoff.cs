namespace GpuCredit.Host.Sources;

/// <summary>How long to wait before the next try: twice as long after each failure, up to a maximum, and never twice the same.</summary>
/// <param name="min">Before the second try.</param>
/// <param name="max">At most.</param>
/// <param name="seed">Chance comes from a seeded source; nodes and sources have each their own.</param>
internal sealed class Backoff(TimeSpan min, TimeSpan max, int seed)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    /// <summary>Between half the time and the whole, so that many that failed together don't come back together.</summary>
    /// <param name="failures">How many there were in a row, from 1.</param>
    public TimeSpan After(int failures)
    {
        var whole = Math.Min(min.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 30) - 1), max.TotalMilliseconds);
        double chance;
        lock (_gate)
            chance = _random.NextDouble();
        return TimeSpan.FromMilliseconds(whole * (0.5 + (chance / 2)));
    }
}
