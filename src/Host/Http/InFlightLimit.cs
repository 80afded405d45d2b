using GpuCredit.Host.Grpc;
using GpuCredit.Host.Operations;

namespace GpuCredit.Host.Http;

/// <summary>Bounds the requests being answered at once. Nothing waits: beyond the bound a caller is told at once to come back.</summary>
/// <remarks>ASP.NET's own rate limiter can do the same; it costs a lease, a lock and three asynchronous methods a request.</remarks>
internal sealed class InFlightLimit
{
    private const string TooMany = "Too many requests are being answered; nothing was done.";
    private static readonly string TooManyStreams = $"This node has {GrpcLimits.StreamsMax} streams of the kind open, and takes no more; nothing was done.";

    private readonly Places _batches = new(HttpLimits.BatchesInFlightMax);
    private readonly Places _entryStreams = new(GrpcLimits.StreamsMax);
    private readonly Places _balanceStreams = new(GrpcLimits.StreamsMax);
    private readonly Places _watchers = new(GrpcLimits.WatchersMax);
    private readonly Places _requests = new(HttpLimits.RequestsInFlightMax);

    public Task Middleware(HttpContext context, RequestDelegate next)
    {
        if (PlacesFor(context.Request) is not { } places)
            return next(context);
        return places.TryEnter() ? AnswerAsync(context, next, places) : RefuseAsync(context, places);
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next, Places places)
    {
        try
        {
            await next(context);
        }
        finally
        {
            places.Leave();
        }
    }

    private Task RefuseAsync(HttpContext context, Places places) => GrpcDoor.IsOf(context)
        ? GrpcProblems.AnswerAsync(context, GrpcProblems.Unavailable(places == _entryStreams || places == _balanceStreams ? TooManyStreams : TooMany))
        : Problems.Unavailable(TooMany).ExecuteAsync(context);

    /// <summary>One bound for both doors where the work is the same; null where there is none.</summary>
    private Places? PlacesFor(HttpRequest request)
    {
        var path = request.Path;
        // A node that is busy is alive: its supervisor and its operators must be able to see that.
        return path.StartsWithSegments(HealthEndpoints.Prefix) || OpsDoor.IsOperators(path) || path.StartsWithSegments(GrpcDoor.HealthCheckPath) ? null
            : path.StartsWithSegments(BatchEndpoint.Path) || EventsEndpoint.IsBatch(request) || path.StartsWithSegments(GrpcDoor.BatchPath) ? _batches
            : GrpcDoor.IsStreamOfEntries(path) ? _entryStreams
            : GrpcDoor.IsStream(path) ? _balanceStreams
            : GrpcDoor.IsStandard(path) ? _watchers
            : _requests;
    }

    private sealed class Places(int most)
    {
        private int _taken;

        public bool TryEnter()
        {
            if (Interlocked.Increment(ref _taken) <= most)
                return true;
            Leave();
            return false;
        }

        public void Leave() => Interlocked.Decrement(ref _taken);
    }
}
