using Orleans.Concurrency;

namespace PeerBench.Peers.Orleans;

/// <summary>What an account is asked; each design is a grain type of its own.</summary>
internal interface IAccountGrain : IGrainWithIntegerKey
{
    Task<bool> Put(Guid id, byte kind, long timestamp, long amount, long end);

    [AlwaysInterleave]
    Task<long> Balance(long at);
}
