namespace Cluster.Tests.Nodes;

/// <summary>How one node is started.</summary>
/// <param name="Name">What the logs and the reports call it.</param>
/// <param name="Address">The remoting address by which the others know it, <c>host:port</c>.</param>
/// <param name="BindPort">Where its remoting listens on 127.0.0.1.</param>
/// <param name="Seeds">The same for all nodes of a cluster.</param>
/// <param name="Settings">Its store, roles and whatever else: <c>--GpuCredit:…</c> and its value.</param>
internal sealed record NodePlan(string Name, string Address, int BindPort, string Seeds, IReadOnlyList<string> Settings);
