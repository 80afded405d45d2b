using System.Threading.RateLimiting;
using GpuCredit.Host.Grpc;
using GpuCredit.Host.Operations;

namespace GpuCredit.Host.Http;

/// <summary>Bounds the requests being answered at once. Nothing waits: beyond the bound a caller is told at once to come back.</summary>
internal static class InFlightLimit
{
    private const string TooMany = "Too many requests are being answered; nothing was done.";
    private static readonly string TooManyStreams = $"This node has {GrpcLimits.StreamsMax} streams of entries open, and takes no more; nothing was done.";

    public static void AddInFlightLimit(this IServiceCollection services) => services.AddRateLimiter(limiter =>
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Partition);
        limiter.OnRejected = (rejected, _) => new ValueTask(GrpcDoor.IsOf(rejected.HttpContext)
            ? GrpcProblems.AnswerAsync(rejected.HttpContext, GrpcProblems.Unavailable(IsStream(rejected.HttpContext) ? TooManyStreams : TooMany))
            : Problems.Unavailable(TooMany).ExecuteAsync(rejected.HttpContext));
    });

    /// <summary>One bound for both doors where the work is the same.</summary>
    private static RateLimitPartition<string> Partition(HttpContext context) =>
        // A node that is busy is alive: its supervisor and its operators must be able to see that.
        context.Request.Path.StartsWithSegments(HealthEndpoints.Prefix) || OpsDoor.IsOperators(context.Request.Path)
            || context.Request.Path.StartsWithSegments(GrpcDoor.HealthCheckPath) ? RateLimitPartition.GetNoLimiter("operators")
        : context.Request.Path.StartsWithSegments(BatchEndpoint.Path) || EventsEndpoint.IsBatch(context.Request)
            || context.Request.Path.StartsWithSegments(GrpcDoor.BatchPath) ? Concurrency("batches", HttpLimits.BatchesInFlightMax)
        : IsStream(context) ? Concurrency("streams", GrpcLimits.StreamsMax)
        : GrpcDoor.IsStandard(context.Request.Path) ? Concurrency("watchers", GrpcLimits.WatchersMax)
        : Concurrency("requests", HttpLimits.RequestsInFlightMax);

    private static bool IsStream(HttpContext context) => context.Request.Path.StartsWithSegments(GrpcDoor.StreamPath);

    private static RateLimitPartition<string> Concurrency(string name, int permits) =>
        RateLimitPartition.GetConcurrencyLimiter(name, _ => new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = 0 });
}
