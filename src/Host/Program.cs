using GpuCredit.Host.EventStore;
using GpuCredit.Host.Grpc;
using GpuCredit.Host.Hosting;
using GpuCredit.Host.Http;
using GpuCredit.Host.Operations;
using GpuCredit.Host.Sources;

namespace GpuCredit.Host;

/// <summary>The Host, top to bottom: a request comes in at the doors and ends at the event store.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => HostProcess.RunAsync(() => BuildAsync(args));

    /// <param name="args">The command line.</param>
    /// <param name="alter">For tests: a fake clock, for example.</param>
    internal static async Task<GpuCreditHost> BuildAsync(string[] args, Action<WebApplicationBuilder>? alter = null)
    {
        var builder = HostProcess.CreateBuilder(args);
        var settings = HostSettings.Read(builder.Configuration);
        await FreePorts.RefuseTakenAsync(settings);
        var store = await EventStoreTarget.From(settings.Store, settings.ConnectionString, Environment.CurrentDirectory, settings.Cluster.Shards).OpenAsync(HostProcess.Tell);

        builder.Listen(settings);                  // urls, GrpcUrl and OpsUrl
        builder.Services.AddApiDescription();
        builder.Services.AddHealth(store.Probe);
        builder.Services.AddMetricsPage();
        builder.Services.AddGrpcDoor();
        builder.AddAccounts(settings, store);      // AccountClient → (shard region →) account actor → event store
        builder.AddSources();                      // NATS, RabbitMQ, Kafka → AccountClient; after the accounts, so stopped before them
        alter?.Invoke(builder);

        var app = builder.Build();
        app.Use(Faults.Middleware);                // every error a problem document
        app.Use(GrpcDoor.Middleware);              // gRPC only at its own door, and nothing else there
        app.Use(OpsDoor.Middleware);               // operators' paths only at the operators' door
        app.Use(new InFlightLimit().Middleware);   // bounded work
        app.Use(AccountPath.Middleware);           // the account, decoded once
        app.UseRouting();
        app.Use(GrpcDoor.NoSuchCall);              // in gRPC's words, too
        app.MapAccounts();                         // /v1/accounts/{accountId}/credits, usages, balance
        app.MapBatch();                            // /v1/entries
        app.MapEvents();                           // /v1/events: CloudEvents
        app.MapGrpc();                             // Accounts, Entries, health, reflection
        app.MapHealth();                           // /healthz/live, ready
        app.MapCluster();                          // /ops/cluster, at the operators' door
        app.MapShards();                           // /ops/shards
        app.MapSources();                          // /ops/sources
        app.MapMetrics();                          // /metrics, at the operators' door
        app.MapApiPages();                         // /openapi/v1.json, /scalar
        return new GpuCreditHost(app, store);
    }
}
