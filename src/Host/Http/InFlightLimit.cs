using System.Threading.RateLimiting;
using GpuCredit.Host.Operations;

namespace GpuCredit.Host.Http;

/// <summary>Bounds the requests being answered at once. Nothing waits: beyond the bound a caller is told at once to come back.</summary>
internal static class InFlightLimit
{
    public static void AddInFlightLimit(this IServiceCollection services) => services.AddRateLimiter(limiter =>
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
        limiter.OnRejected = (rejected, _) =>
            new ValueTask(Problems.Unavailable("Too many requests are being answered; nothing was done.").ExecuteAsync(rejected.HttpContext));
    });

    private static RateLimitPartition<string> Partition(HttpContext context) =>
        // A node that is busy is alive: its supervisor and its operators must be able to see that.
        context.Request.Path.StartsWithSegments(HealthEndpoints.Prefix) || context.Request.Path.StartsWithSegments(OpsDoor.OpsPrefix) ? RateLimitPartition.GetNoLimiter("operators")
        : context.Request.Path.StartsWithSegments(BatchEndpoint.Path) || EventsEndpoint.IsBatch(context.Request) ? Concurrency("batches", HttpLimits.BatchesInFlightMax)
        : Concurrency("requests", HttpLimits.RequestsInFlightMax);

    private static RateLimitPartition<string> Concurrency(string name, int permits) =>
        RateLimitPartition.GetConcurrencyLimiter(name, _ => new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = 0 });
}
