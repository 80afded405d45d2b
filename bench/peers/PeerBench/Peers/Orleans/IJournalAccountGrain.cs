namespace PeerBench.Peers.Orleans;

internal interface IJournalAccountGrain : IAccountGrain;
