using System.Diagnostics;

namespace PeerBench.Measuring;

/// <summary>In milliseconds, as the caller sees it: waiting for a connection included, and of a batch the whole.</summary>
internal sealed record Latency(double P50, double P99, double P999, double Max)
{
    /// <summary>From ticks of <see cref="Stopwatch"/>; zeros for none.</summary>
    public static Latency Of(IEnumerable<long> ticks)
    {
        long[] sorted = [.. ticks];
        Array.Sort(sorted);
        return new(At(sorted, 0.5), At(sorted, 0.99), At(sorted, 0.999), At(sorted, 1));
    }

    private static double At(long[] sorted, double share) => sorted.Length == 0
        ? 0
        : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))] * 1e3 / Stopwatch.Frequency, 4);
}
