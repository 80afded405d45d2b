namespace PeerBench.Measuring;

/// <summary>How often a block came to the disk.</summary>
internal sealed record DiskRate(string What, double PerSecond, Latency Latency);
