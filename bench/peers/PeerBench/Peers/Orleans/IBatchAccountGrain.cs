namespace PeerBench.Peers.Orleans;

internal interface IBatchAccountGrain : IAccountGrain;
