using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CreditActors.Bench;

/// <summary>
/// The processor time of this thread: what code costs on a machine whose cores are wanted by others too. Linux only;
/// elsewhere it is the wall clock.
/// </summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    public static double Nanoseconds()
    {
        if (!OperatingSystem.IsLinux())
            return Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency);
        if (ClockGetTime(ThreadCpuTime, out var time) != 0)
            throw new InvalidOperationException("The thread's processor time can't be read.");
        return (time.Seconds * 1e9) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
