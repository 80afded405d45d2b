namespace PeerBench.Peers.Orleans;

internal interface IStateAccountGrain : IAccountGrain;
