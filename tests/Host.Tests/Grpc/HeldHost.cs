using Akka.Hosting;
using CreditActors.Sharding;
using GpuCredit.Host.Grpc;
using Host.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Host.Tests.Grpc;

/// <summary>A Host whose accounts answer when the test lets them, and clients of its gRPC door.</summary>
internal sealed class HeldHost : IAsyncDisposable
{
    private HeldHost(InProcessHost host)
    {
        Host = host;
        Clients = new(host);
        Region = (HeldRegion)host.Services.GetRequiredService<IRequiredActor<AccountRegion>>();
        Budget = host.Services.GetRequiredService<StreamBudgets>().Entries;
        Questions = host.Services.GetRequiredService<StreamBudgets>().Questions;
    }

    public InProcessHost Host { get; }

    public GrpcClients Clients { get; }

    public HeldRegion Region { get; }

    /// <summary>What streams of entries have under way.</summary>
    public StreamBudget Budget { get; }

    /// <summary>What streams of balances have.</summary>
    public StreamBudget Questions { get; }

    public static async Task<HeldHost> StartAsync() =>
        new(await InProcessHost.StartAsync(builder => builder.Services.AddSingleton<IRequiredActor<AccountRegion>>(services => new HeldRegion(services))));

    public async ValueTask DisposeAsync()
    {
        Clients.Dispose();
        await Host.DisposeAsync();
    }
}
