using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using CreditActors.Sharding;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Host.Tests.EventStore;

/// <summary>The accounts of one node over an opened store, as the Host has them, with settings that a Host takes from its files only.</summary>
internal sealed class AccountSystem : IAsyncDisposable
{
    private readonly IHost _host;

    private AccountSystem(IHost host) => _host = host;

    public AccountClient Client => _host.Services.GetRequiredService<AccountClient>();

    public static async Task<AccountSystem> StartAsync(OpenedEventStore store, string overrides)
    {
        var builder = new HostBuilder();
        builder.ConfigureServices(services =>
        {
            services.AddAccountClient(joinWithin: TimeSpan.FromSeconds(10));
            services.AddAkka("gpucredit", akka =>
            {
                akka.AddHocon(overrides + "\nakka { loglevel = OFF, stdout-loglevel = OFF }", HoconAddMode.Append);
                akka.WithEventStore(store).AddHoconFiles("cluster.conf", "akka.conf", "reference.conf");
                akka.WithRemoting(new RemoteOptions { HostName = "127.0.0.1", Port = 0 })
                    .WithClustering(new ClusterOptions { Roles = [AccountHosting.Role] })
                    .WithAccounts(shards: 100)
                    .AddStartup((system, _) =>
                    {
                        var cluster = Akka.Cluster.Cluster.Get(system);
                        cluster.Join(cluster.SelfAddress);
                    });
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return new AccountSystem(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
