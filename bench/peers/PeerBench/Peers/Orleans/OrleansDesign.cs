namespace PeerBench.Peers.Orleans;

/// <summary>Which grain is an account.</summary>
internal enum OrleansDesign
{
    State,
    Journal,
    Batch,
}
