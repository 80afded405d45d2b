using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using CreditActors.Sharding;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GpuCredit.Host.Operations;

/// <summary>
/// The accounts can be reached: the region answers and knows its coordinator (a region that knows none answers too, with
/// no regions, and would buffer every command), and an account has answered once. That first answer compiles the whole way
/// to the event store and back, which takes a second or more, and is better waited for here than by a caller.
/// </summary>
internal sealed class ShardRegionCheck(IReadOnlyActorRegistry actors, AccountClient accounts) : IHealthCheck
{
    /// <summary>Asked for a balance once; nothing is stored by asking, also when somebody has an account of this name.</summary>
    private const string AskedAccount = "gpucredit-readiness";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);
    private volatile bool _hasAnswered;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!actors.TryGet<AccountRegion>(out var region))
            return HealthCheckResult.Unhealthy("not started");
        try
        {
            var answer = await region.Ask<CurrentRegions>(GetCurrentRegions.Instance, AnswerTimeout, cancellationToken);
            if (answer.Regions.Count == 0)
                return HealthCheckResult.Unhealthy("have no coordinator yet");
            if (!_hasAnswered && !(_hasAnswered = (await accounts.GetBalanceAsync(AskedAccount, at: 0, cancellationToken)).IsAvailable))
                return HealthCheckResult.Unhealthy("don't answer yet");
            return HealthCheckResult.Healthy("answer");
        }
        catch (AskTimeoutException)
        {
            return HealthCheckResult.Unhealthy("don't answer");
        }
    }
}
