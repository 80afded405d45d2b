namespace StoreBench;

/// <summary>One run of one way to write.</summary>
/// <param name="Name">The way.</param>
/// <param name="Entries">How many were stored.</param>
/// <param name="Rows">In how many rows of the event store.</param>
/// <param name="Commits">In how many transactions; null where nothing counted them.</param>
/// <param name="Elapsed">From the first write to the last acknowledgement.</param>
/// <param name="Cpu">What the process burned meanwhile, on all cores: the figure that least depends on what else the machine does.</param>
/// <param name="Latencies">Of each write, to its acknowledgement.</param>
internal sealed record Measured(string Name, int Entries, int Rows, int? Commits, TimeSpan Elapsed, TimeSpan Cpu, TimeSpan[] Latencies)
{
    public double EntriesEachSecond => Entries / Elapsed.TotalSeconds;

    public TimeSpan Percentile(double part) => Latencies.Length == 0 ? TimeSpan.Zero : Latencies.Order().ElementAt((int)(part * (Latencies.Length - 1)));
}
