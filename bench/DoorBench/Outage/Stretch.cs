namespace DoorBench.Outage;

/// <summary>Samples that follow one another.</summary>
internal sealed class Stretch(IReadOnlyList<Sample> samples)
{
    public IReadOnlyList<Sample> Samples => samples;

    /// <summary>The later half: what came before it has settled.</summary>
    public Stretch LaterHalf => new([.. samples.Skip(samples.Count / 2)]);

    public Stretch FirstThird => new([.. samples.Take((samples.Count + 2) / 3)]);

    public Stretch LastThird => new([.. samples.TakeLast((samples.Count + 2) / 3)]);

    /// <summary>Usages stored a second at a door, from its first sample to its last.</summary>
    public double RateOf(int door) => Rate(sample => sample.Doors[door].Stored);

    /// <summary>The same at all doors together.</summary>
    public double RateOfAll => Rate(sample => sample.Stored);

    public long HeldMax(int door) => samples.Max(sample => sample.Doors[door].Held);

    public double Mean(Func<HostState, long> value) => samples.Average(sample => value(sample.Host));

    public long Max(Func<HostState, long> value) => samples.Max(sample => value(sample.Host));

    private double Rate(Func<Sample, long> stored) =>
        samples.Count < 2 ? 0 : (stored(samples[^1]) - stored(samples[0])) / (samples[^1].At - samples[0].At).TotalSeconds;
}
