using System.Diagnostics;

namespace LoadDriver.Work;

/// <summary>When each step of an open loop is due, in ticks of <see cref="Stopwatch"/>: at even distances from the start, whatever became of those before.</summary>
internal readonly record struct Schedule(long Begun, double Rate)
{
    /// <summary>Counted from the start each time, so that nothing adds up.</summary>
    public long DueAt(long step) => Begun + (long)(step * (Stopwatch.Frequency / Rate));

    /// <summary>Steps that are due by then.</summary>
    public long DueBy(long timestamp) => timestamp < Begun ? 0 : (long)((timestamp - Begun) * (Rate / Stopwatch.Frequency)) + 1;
}
