using System.Data.Common;

namespace Cluster.Tests.Nodes;

/// <summary>What a trial is made on.</summary>
/// <param name="Nodes">The nodes that requests are sent to, dead or alive.</param>
/// <param name="ConnectToStore">A connection to the database of the event store, not open yet.</param>
/// <param name="ReadyAsync">Awaits that every node serves, and that they are one cluster.</param>
/// <param name="Say">Prints a line that is shown also when the test passes.</param>
internal sealed record Deployment(Func<IReadOnlyList<ClusterNode>> Nodes, Func<DbConnection> ConnectToStore, Func<Task> ReadyAsync, Action<string> Say);
