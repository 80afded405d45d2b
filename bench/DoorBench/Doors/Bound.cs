namespace DoorBench.Doors;

/// <summary>How much a door may hold, by its own settings or constants.</summary>
/// <param name="Max">The most.</param>
/// <param name="Unit">What is counted, and who shares it.</param>
internal sealed record Bound(long Max, string Unit)
{
    /// <summary><c>HttpLimits.RequestsInFlightMax</c>.</summary>
    public static Bound Calls { get; } = new(1_024, "calls of HTTP and gRPC together");

    /// <summary><c>HttpLimits.BatchesInFlightMax</c>.</summary>
    public static Bound Batches { get; } = new(64, "batches of HTTP and gRPC together");

    /// <summary><c>GrpcLimits.StreamEntriesUnderWayMax</c>.</summary>
    public static Bound Streams(int streams) => new(8_192L * streams, $"entries in {streams} streams");

    /// <summary><c>GpuCredit:Sources:{name}:Prefetch</c>, unless it is set.</summary>
    public static Bound Source { get; } = new(2_000, "messages");

    /// <summary><c>EntryBufferOptions.EntriesMax</c>, unless it is set.</summary>
    public static Bound Buffer { get; } = new(100_000, "entries in the caller's process");
}
