using GpuCredit.Host.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GpuCredit.Host.Operations;

/// <summary>
/// The operators' own door, <c>GpuCredit:OpsUrl</c>. A connection is marked where it is accepted: a port in a header
/// can be forged, and one in a setting may be 0.
/// </summary>
internal sealed class OpsDoor
{
    public const string OpsPrefix = "/ops";

    private static readonly OpsDoor Instance = new();

    private OpsDoor()
    {
    }

    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Instance);
        return next(connection);
    });

    /// <summary>The operators' paths are reached by their door only, and nothing else is; health is served at both.</summary>
    public static Task Middleware(HttpContext context, RequestDelegate next)
    {
        var isOperators = context.Features.Get<OpsDoor>() is not null;
        var path = context.Request.Path;
        return path.StartsWithSegments(HealthEndpoints.Prefix) || IsOperators(path) == isOperators
            ? next(context)
            : Problems.NotFound().ExecuteAsync(context);
    }

    /// <summary>Whether it is served here and nowhere else.</summary>
    public static bool IsOperators(PathString path) => path.StartsWithSegments(OpsPrefix) || path.StartsWithSegments(MetricsEndpoint.Path);
}
