namespace PeerBench.Peers.Orleans;

/// <summary>All of an account's entries, in columns.</summary>
[GenerateSerializer]
[Alias("pst")]
internal sealed class AccountRow
{
    [Id(0)]
    public List<Guid> Ids { get; set; } = [];

    [Id(1)]
    public List<long> Timestamps { get; set; } = [];

    [Id(2)]
    public List<long> Amounts { get; set; } = [];

    [Id(3)]
    public List<long> Ends { get; set; } = [];

    [Id(4)]
    public List<byte> Kinds { get; set; } = [];
}
