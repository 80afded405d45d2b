using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using CreditActors.Sharding;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GpuCredit.Host.Operations;

/// <summary>
/// The accounts can be reached: the region answers and knows its coordinator. (A region that knows none answers too, with
/// no regions, and would buffer every command.)
/// </summary>
internal sealed class ShardRegionCheck(IReadOnlyActorRegistry actors) : IHealthCheck
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!actors.TryGet<AccountRegion>(out var region))
            return HealthCheckResult.Unhealthy("not started");
        try
        {
            var answer = await region.Ask<CurrentRegions>(GetCurrentRegions.Instance, AnswerTimeout, cancellationToken);
            return answer.Regions.Count > 0 ? HealthCheckResult.Healthy("answer") : HealthCheckResult.Unhealthy("have no coordinator yet");
        }
        catch (AskTimeoutException)
        {
            return HealthCheckResult.Unhealthy("don't answer");
        }
    }
}
