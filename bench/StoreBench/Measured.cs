namespace StoreBench;

/// <summary>One run of one way to write.</summary>
internal sealed record Measured(string Name, int Rows, int Commits, TimeSpan Elapsed, TimeSpan[] Latencies)
{
    public double RowsEachSecond => Rows / Elapsed.TotalSeconds;

    public TimeSpan Percentile(double part) => Latencies.Length == 0 ? TimeSpan.Zero : Latencies.Order().ElementAt((int)(part * (Latencies.Length - 1)));
}
