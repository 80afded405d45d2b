using GpuCredit.Host.Operations;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GpuCredit.Host.Grpc;

/// <summary>What is served at the gRPC door: our two services, health and reflection, each with its bounds.</summary>
internal static class GrpcHosting
{
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(5);

    public static void AddGrpcDoor(this IServiceCollection services)
    {
        services.AddSingleton<StreamBudgets>();
        // As over HTTP: a body is what it is. (What would decompress a message does so whole, whatever its length.) After AddGrpc's own
        // settings, which take an empty list for none.
        services.PostConfigure<GrpcServiceOptions>(options => options.CompressionProviders = []);
        // Without it any path of two parts would be gRPC's, at every door.
        services.AddGrpc(options => options.IgnoreUnknownServices = true)
            .AddServiceOptions<AccountCalls>(options =>
            {
                options.MaxReceiveMessageSize = GrpcLimits.AccountBytesMax;
                options.Interceptors.Add<GrpcFaults>();
            })
            .AddServiceOptions<EntryCalls>(options =>
            {
                options.MaxReceiveMessageSize = GrpcLimits.EntriesBytesMax;
                options.Interceptors.Add<GrpcFaults>();
            });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(health =>
        {
            foreach (var service in (string[])["", V1.Accounts.Descriptor.FullName, V1.Entries.Descriptor.FullName])
                health.Services.Map(service, check => check.Tags.Contains(HealthEndpoints.ReadyTag));
        });
        // For those who watch; a check is made when it is asked for.
        services.Configure<HealthCheckPublisherOptions>(publisher => publisher.Period = HealthPeriod);
    }

    public static void MapGrpc(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<AccountCalls>();
        routes.MapGrpcService<EntryCalls>();
        routes.MapGrpcHealthChecksService();
        routes.MapGrpcReflectionService();
    }
}
