using Akka.Actor;
using Akka.Cluster;
using CreditActors.Sharding;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GpuCredit.Host.Operations;

/// <summary>This node is a member of its cluster, and up. Akka.Hosting's own check stays content after the node was removed.</summary>
internal sealed class ClusterCheck(ActorSystem system) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var cluster = Cluster.Get(system);
        return Task.FromResult(
            cluster.IsTerminated ? HealthCheckResult.Unhealthy("left")
            : cluster.SelfMember.Status == MemberStatus.Removed ? HealthCheckResult.Unhealthy("not a member yet") // so Akka calls it before, too
            : cluster.SelfMember.Status != MemberStatus.Up ? HealthCheckResult.Unhealthy($"{cluster.SelfMember.Status}".ToLowerInvariant())
            : !system.MayAnswerStill() ? HealthCheckResult.Unhealthy("has not signed the roll of members in the event store for too long")
            : !system.IsInTouchWithCluster() ? HealthCheckResult.Unhealthy("out of touch with a majority of the cluster")
            : HealthCheckResult.Healthy("up"));
    }
}
