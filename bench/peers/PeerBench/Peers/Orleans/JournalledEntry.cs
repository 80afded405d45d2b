namespace PeerBench.Peers.Orleans;

/// <summary>One event of <see cref="JournalAccountGrain"/>.</summary>
[GenerateSerializer]
[Alias("pje")]
internal sealed class JournalledEntry
{
    [Id(0)]
    public Guid Id { get; set; }

    [Id(1)]
    public byte Kind { get; set; }

    [Id(2)]
    public long Timestamp { get; set; }

    [Id(3)]
    public long Amount { get; set; }

    [Id(4)]
    public long End { get; set; }
}
