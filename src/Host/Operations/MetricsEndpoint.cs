using CreditActors.Sharding;
using OpenTelemetry.Metrics;

namespace GpuCredit.Host.Operations;

/// <summary><c>/metrics</c>, at the operators' door: what Prometheus collects.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    /// <summary>Ours, and those that .NET, ASP.NET and the driver of PostgreSQL keep anyway.</summary>
    private static readonly string[] Meters =
        [AccountMetrics.MeterName, HostMetrics.MeterName, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql"];

    public static void AddMetricsPage(this IServiceCollection services)
    {
        services.AddSingleton<HostMetrics>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
    }

    public static void MapMetrics(this WebApplication app)
    {
        // They exist from the first look on, not only once somebody else has asked for them.
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<HostMetrics>());
        app.MapPrometheusScrapingEndpoint(Path);
    }
}
