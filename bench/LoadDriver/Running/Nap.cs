using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LoadDriver.Running;

/// <summary>
/// Waiting finer than a millisecond, as .NET's timers don't: an open loop that is a millisecond late would add it to every latency.
/// Spinning would take a core from a ledger on the same machine.
/// </summary>
internal static partial class Nap
{
    /// <summary>So that a stop is seen.</summary>
    private static readonly long SliceMax = Stopwatch.Frequency / 20;

    /// <summary>Returns at that timestamp of <see cref="Stopwatch"/>; false when it was stopped before.</summary>
    public static bool Until(long timestamp, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var left = timestamp - Stopwatch.GetTimestamp();
            if (left <= 0)
                return true;
            For(Math.Min(left, SliceMax));
        }

        return false;
    }

    private static void For(long stopwatchTicks)
    {
        if (OperatingSystem.IsWindows())
        {
            using var never = new ManualResetEventSlim();
            never.Wait(Math.Max(1, (int)(stopwatchTicks * 1_000 / Stopwatch.Frequency)));
            return;
        }

        var time = new Timespec(0, stopwatchTicks * 1_000_000_000 / Stopwatch.Frequency);
        // Cut short by a signal it returns early, and is called again.
        _ = NanoSleep(in time, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec time, nint remaining);

    private readonly record struct Timespec(nint Seconds, long Nanoseconds);
}
