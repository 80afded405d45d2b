using Akka.Actor;

namespace GpuCredit.Host.Operations;

/// <summary>A node's address as operators read and write it.</summary>
internal static class ClusterAddress
{
    /// <summary>As in GpuCredit:Cluster:Seeds: <c>host:port</c>.</summary>
    public static string Show(Address address) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");
}
