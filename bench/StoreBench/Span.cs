using System.Diagnostics;

namespace StoreBench;

/// <summary>Wall time and this process's processor time since <see cref="Begin"/>.</summary>
internal readonly record struct Span(long Since, TimeSpan CpuBefore)
{
    public static Span Begin() => new(Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);

    public (TimeSpan Elapsed, TimeSpan Cpu) End() => (Stopwatch.GetElapsedTime(Since), Process.GetCurrentProcess().TotalProcessorTime - CpuBefore);
}
