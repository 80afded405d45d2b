using System.Security.Cryptography;

namespace GpuCredit.Client;

/// <summary>Pauses between tries: full jitter, so that callers who failed together don't come back together.</summary>
/// <remarks>Source: Exponential Backoff And Jitter, AWS Architecture Blog, 2015: random(0, min(cap, base · 2^attempt)).</remarks>
internal sealed class Backoff(RetryOptions options, int? seed = null)
{
    /// <summary>What anybody on the way says may stop a caller for so long and no longer: a proxy's page says a day, or the year 2199.</summary>
    public static readonly TimeSpan RetryAfterMax = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <param name="retry">0 for the first try after the first.</param>
    /// <param name="retryAfter">What the server said: waited for whole, up to <see cref="RetryAfterMax"/>, and the jitter comes on top of it.</param>
    public TimeSpan Next(int retry, TimeSpan? retryAfter)
    {
        // 2^20 times the base is beyond any cap, and far from an overflow.
        var bound = Math.Min(options.DelayMax.Ticks, options.DelayBase.Ticks * (double)(1L << Math.Min(retry, 20)));
        double part;
        lock (_gate)
            part = _random.NextDouble();
        var jitter = TimeSpan.FromTicks((long)(part * bound));
        if (retryAfter is not { } said || said <= TimeSpan.Zero)
            return jitter;
        return (said < RetryAfterMax ? said : RetryAfterMax) + jitter;
    }
}
