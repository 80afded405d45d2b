using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GpuCredit.Host.Operations;

/// <summary>This node is a member of its cluster, and up. Akka.Hosting's own check stays content after the node was removed.</summary>
internal sealed class ClusterCheck(ActorSystem system) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var cluster = Cluster.Get(system);
        return Task.FromResult(
            !cluster.IsTerminated && cluster.SelfMember.Status == MemberStatus.Up
                ? HealthCheckResult.Healthy("up")
                : HealthCheckResult.Unhealthy(cluster.IsTerminated ? "left" : $"{cluster.SelfMember.Status}".ToLowerInvariant()));
    }
}
