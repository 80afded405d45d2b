using HdrHistogram;

namespace LoadDriver.Measuring;

/// <summary>In microseconds, of one kind of request; more than an hour counts as an hour. Recording is for many at once, reading for one.</summary>
internal sealed class Latencies
{
    private const long Max = 3_600_000_000;
    private const int Digits = 3;

    private readonly Recorder _recorder = HistogramFactory.With64BitBucketSize().WithValuesFrom(1).WithValuesUpTo(Max).WithPrecisionOf(Digits)
        .WithThreadSafeWrites().WithThreadSafeReads().Create();

    /// <summary>All that was taken.</summary>
    public LongHistogram Whole { get; } = NewHistogram();

    public static LongHistogram NewHistogram() => new(1, Max, Digits);

    public void Record(TimeSpan latency) => _recorder.RecordValue(Math.Clamp((long)latency.TotalMicroseconds, 1, Max));

    /// <summary>What was recorded since this was called last.</summary>
    public HistogramBase Take()
    {
        var since = _recorder.GetIntervalHistogram();
        Whole.Add(since);
        return since;
    }
}
