using System.Globalization;
using Cluster.Tests.Driving;
using Cluster.Tests.Nodes;

namespace Cluster.Tests.Faults;

/// <summary>Something that goes wrong, or is done on purpose, while the cluster works; afterwards the cluster is whole again.</summary>
/// <param name="Name">What the reports call it.</param>
/// <param name="RunAsync">Does it, and answers a remark for the report.</param>
internal sealed record Fault(string Name, Func<RunningCluster, Load, Random, Task<string>> RunAsync)
{
    /// <summary>A generous bound on what is printed: after a fault every account answers again within it.</summary>
    public static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(60);

    public static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:F1} s");
}
