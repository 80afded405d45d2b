namespace GpuCredit.Host.Sources;

/// <summary>What is set for every source, whatever its kind.</summary>
internal sealed record SourceSettings
{
    public required string Name { get; init; }

    public required SourceKind Kind { get; init; }

    /// <summary>The broker's address as it may be shown: without credentials.</summary>
    public required string Address { get; init; }

    /// <summary>How many batches may be at the accounts at once.</summary>
    public required int Parallelism { get; init; }

    /// <summary>How many messages this node may have taken and not acknowledged.</summary>
    public required int Prefetch { get; init; }

    /// <summary>How many messages go to the accounts together.</summary>
    public required int BatchMessages { get; init; }

    /// <summary>When messages of so many bytes are under way no more are taken.</summary>
    public required long InFlightBytes { get; init; }

    /// <summary>After a stop or a pause, what is under way may still be finished for so long; the rest stays unacknowledged.</summary>
    public required TimeSpan Drain { get; init; }

    /// <summary>Of this source's chance: other nodes have others.</summary>
    public int Seed { get; init; }
}
