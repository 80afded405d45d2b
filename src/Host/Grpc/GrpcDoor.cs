using GpuCredit.Host.Http;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GpuCredit.Host.Grpc;

/// <summary>
/// The door <c>GpuCredit:GrpcUrl</c>: gRPC and nothing else, in HTTP/2 and nothing else. As with the operators' door, a
/// connection is marked where it is accepted.
/// </summary>
internal sealed class GrpcDoor
{
    public const string EntriesPath = "/gpucredit.v1.Entries/StreamEntries";
    public const string BalancesPath = "/gpucredit.v1.Accounts/StreamBalances";
    public const string BatchPath = "/gpucredit.v1.Entries/RecordEntries";
    public const string HealthCheckPath = "/grpc.health.v1.Health/Check";

    /// <summary>Every path of gRPC begins with a service's full name: ours, or those of health and reflection.</summary>
    private const string OwnPrefix = "/gpucredit.v1.";
    private const string AccountsPrefix = "/gpucredit.v1.Accounts/";
    private const string StandardPrefix = "/grpc.";
    private const string ReflectionPrefix = "/grpc.reflection.";
    private static readonly GrpcDoor Instance = new();

    private GrpcDoor()
    {
    }

    public static void Mark(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => connection =>
        {
            connection.Features.Set(Instance);
            return next(connection);
        });
    }

    /// <summary>Whether the request came in by this door.</summary>
    public static bool IsOf(HttpContext context) => context.Features.Get<GrpcDoor>() is not null;

    /// <summary>gRPC's paths are reached by this door only, and nothing else is.</summary>
    public static Task Middleware(HttpContext context, RequestDelegate next)
    {
        var isHere = IsOf(context);
        var isCall = StartsWith(context.Request.Path, OwnPrefix) || IsStandard(context.Request.Path);
        return (isHere, isCall) switch
        {
            (true, true) => CallAsync(context, next),
            (false, false) => next(context),
            (true, false) => GrpcProblems.AnswerAsync(context, GrpcProblems.Unimplemented()),
            (false, true) => Problems.NotFound().ExecuteAsync(context),
        };
    }

    private static async Task CallAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        // Who keeps asking for descriptions must not keep the node from stopping.
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = StartsWith(path, ReflectionPrefix) ? stopping.Register(context.Abort) : default;
        await next(context);
        if (Unread(context) is { } problem)
            await GrpcProblems.AnswerAsync(context, problem);
        if (stopping.IsCancellationRequested && IsStream(path))
            await LingerAsync(context);
    }

    /// <summary>A service of ours has no call of this name: said as it is of a service that isn't there. After routing.</summary>
    public static Task NoSuchCall(HttpContext context, RequestDelegate next) =>
        IsOf(context) && context.GetEndpoint() is null ? GrpcProblems.AnswerAsync(context, GrpcProblems.Unimplemented()) : next(context);

    /// <summary>
    /// What reads the message of a call that isn't a stream fails before anything of ours has begun, and says only "unknown", or that it
    /// is too long: by no code of ours, as HTTP would.
    /// </summary>
    private static RpcException? Unread(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (context.Response.HasStarted || headers.ContainsKey(GrpcProblems.CodeTrailer))
            return null;
        return headers[GrpcProblems.StatusHeader].ToString() switch
        {
            GrpcProblems.Unknown => GrpcProblems.Unreadable(),
            GrpcProblems.ResourceExhausted when StartsWith(context.Request.Path, AccountsPrefix) => GrpcProblems.TooLong(GrpcLimits.AccountBytesMax),
            GrpcProblems.ResourceExhausted => GrpcProblems.TooLong(GrpcLimits.EntriesBytesMax),
            _ => null,
        };
    }

    /// <summary>
    /// A client still writes while the node ends its stream. A socket that is closed before all that comes in is read is reset, and the client
    /// loses what it hasn't read yet: the last outcomes, and the end. So the stream is ended, and its connection kept until the client
    /// has closed it, as it does when it has read the end; or for a moment.
    /// </summary>
    private static async Task LingerAsync(HttpContext context)
    {
        await context.Response.CompleteAsync();
        var closed = context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed;
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        await Task.Delay(GrpcLimits.LingerFor, time, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Our own streams: open for long, and ended when the node stops.</summary>
    public static bool IsStreamOfEntries(PathString path) => path.StartsWithSegments(EntriesPath);

    public static bool IsStream(PathString path) => IsStreamOfEntries(path) || path.StartsWithSegments(BalancesPath);

    /// <summary>Health and reflection: everybody's, and open for long.</summary>
    public static bool IsStandard(PathString path) => StartsWith(path, StandardPrefix);

    /// <summary>In any case of letters, as routing takes them.</summary>
    private static bool StartsWith(PathString path, string prefix) => path.Value is { } text && text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
