namespace Cluster.Tests.Nodes;

/// <summary>The tests that share <see cref="RunningCluster"/>.</summary>
[CollectionDefinition(RunningCluster.Collection)]
public sealed class OneCluster : ICollectionFixture<RunningCluster>;
