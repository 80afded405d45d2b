using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.Remote.Hosting;
using CreditActors.Sharding;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CreditActors.Tests.Sharding;

/// <summary>One node with accounts, of a cluster of its own or of another's, over stores in memory, which may be Akka's test kit's: those fail when told to.</summary>
internal sealed class AccountNode : IAsyncDisposable
{
    private readonly IHost _host;

    private AccountNode(IHost host) => _host = host;

    public AccountClient Client => _host.Services.GetRequiredService<AccountClient>();

    public Akka.Actor.ActorSystem System => _host.Services.GetRequiredService<Akka.Actor.ActorSystem>();

    public Akka.Actor.IActorRef Region => ActorRegistry.For(System).Get<AccountRegion>();

    public ITestJournal Events => TestJournal.FromRef(Persistence.Instance.Apply(System).JournalFor(null));

    public static async Task<AccountNode> Start(string hocon = "", bool overTestStores = false, AccountNode? joining = null)
    {
        var builder = new HostBuilder().ConfigureServices(services =>
        {
            services.AddAccountClient(joinWithin: TimeSpan.FromSeconds(10));
            services.AddAkka("gpucredit", (akka, _) => akka
                .AddHocon(hocon + "\nakka.coordinated-shutdown.exit-clr = off", HoconAddMode.Prepend)
                .WithRemoting(new RemoteOptions { HostName = "127.0.0.1", Port = 0 })
                .WithClustering(new ClusterOptions { Roles = [AccountHosting.Role] })
                .WithStores(overTestStores)
                .WithAccounts(shards: 100)
                .AddStartup((system, _) =>
                {
                    var cluster = Akka.Cluster.Cluster.Get(system);
                    cluster.Join(joining is null ? cluster.SelfAddress : Akka.Cluster.Cluster.Get(joining.System).SelfAddress);
                }));
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
