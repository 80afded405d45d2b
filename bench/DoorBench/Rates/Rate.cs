namespace DoorBench.Rates;

/// <summary>What one run of one door gave.</summary>
/// <param name="Name">The door's.</param>
/// <param name="EntriesPerSecond">From the first to the last that was stored.</param>
/// <param name="CpuMicroseconds">The Host's, an entry; null where no Host takes part.</param>
internal sealed record Rate(string Name, double EntriesPerSecond, double? CpuMicroseconds);
