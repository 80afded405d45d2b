using GpuCredit.Host.EventStore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GpuCredit.Host.Operations;

/// <summary>The event store answers, asked directly: a breaker says nothing about a store that nobody has written to lately.</summary>
internal sealed class EventStoreCheck(EventStoreProbe probe) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await probe.AskAsync(cancellationToken) is { } why ? HealthCheckResult.Unhealthy(why) : HealthCheckResult.Healthy("answers");
}
