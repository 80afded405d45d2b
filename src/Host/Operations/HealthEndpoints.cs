using GpuCredit.Host.EventStore;
using GpuCredit.Host.Http;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GpuCredit.Host.Operations;

/// <summary>
/// Live: the process answers, so restarting it would not help. Ready: it can take entries now, so traffic may come.
/// Served at both doors.
/// </summary>
internal static class HealthEndpoints
{
    public const string Prefix = "/healthz";

    public const string ReadyTag = "gpucredit.ready";
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(3);

    public static void AddHealth(this IServiceCollection services, EventStoreProbe store) => services.AddSingleton(store).AddSingleton<ShardRegionCheck>().AddHealthChecks()
        .AddCheck<ClusterCheck>("cluster", tags: [ReadyTag], timeout: CheckTimeout)
        .AddCheck<ShardRegionCheck>("accounts", tags: [ReadyTag], timeout: CheckTimeout)
        .AddCheck<EventStoreCheck>("eventStore", tags: [ReadyTag], timeout: CheckTimeout);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var read = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]);
        routes.MapHealthChecks($"{Prefix}/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteLive }).WithMetadata(read);
        routes.MapHealthChecks($"{Prefix}/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag), ResponseWriter = WriteReady }).WithMetadata(read);
    }

    private static Task WriteLive(HttpContext context, HealthReport report) =>
        JsonAnswer.WriteAsync(context, new HealthAnswer("live", new Dictionary<string, string>()), ApiJson.Plain.HealthAnswer);

    private static Task WriteReady(HttpContext context, HealthReport report)
    {
        var status = report.Status == HealthStatus.Healthy ? "ready" : "not ready";
        // A check that threw, or ran out of time, describes nothing.
        var checks = report.Entries.ToDictionary(check => check.Key, check => check.Value.Description ?? "failed");
        return JsonAnswer.WriteAsync(context, new HealthAnswer(status, checks), ApiJson.Plain.HealthAnswer);
    }
}
