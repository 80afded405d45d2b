using GpuCredit.Host.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GpuCredit.Host.Operations;

/// <summary>
/// The operators' own door, <c>GpuCredit:OpsUrl</c>. A connection is marked where it is accepted: a port in a header
/// can be forged, and one in a setting may be 0.
/// </summary>
internal sealed class OpsDoor
{
    private static readonly OpsDoor Instance = new();

    private OpsDoor()
    {
    }

    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Instance);
        return next(connection);
    });

    /// <summary>By the operators' door only the operators' paths are reached; health is served at both.</summary>
    public static Task Middleware(HttpContext context, RequestDelegate next) =>
        context.Features.Get<OpsDoor>() is null || context.Request.Path.StartsWithSegments(HealthEndpoints.Prefix)
            ? next(context)
            : Problems.NotFound().ExecuteAsync(context);
}
