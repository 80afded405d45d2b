namespace StoreBench.Whales;

/// <summary>A question to an account of which nothing is in memory.</summary>
/// <param name="Took">To the answer.</param>
/// <param name="Cpu">Of the whole process meanwhile.</param>
/// <param name="Pauses">For the collector.</param>
/// <param name="Allocated">Bytes.</param>
internal readonly record struct ColdAsk(TimeSpan Took, TimeSpan Cpu, TimeSpan Pauses, long Allocated);
