using Akka.Actor;
using Akka.Hosting;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.EventStore.Rows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Host.Tests.EventStore;

/// <summary>An actor system over an opened store, wired as the Host wires it: hocon/ files, strict serialization.</summary>
internal sealed class StoreSystem : IAsyncDisposable
{
    private readonly IHost _host;

    private StoreSystem(IHost host) => _host = host;

    public ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

    /// <summary>What the journal and the snapshot store share.</summary>
    public WakingAccounts Waking => System.Settings.Setup.Get<EventRowsSetup>().Value.Waking;

    public static async Task<StoreSystem> StartAsync(OpenedEventStore store, string overrides = "")
    {
        var builder = new HostBuilder();
        builder.ConfigureServices(services => services.AddAkka("store", akka =>
        {
            akka.WithEventStore(store);
            akka.WithCustomSerializer("note", [typeof(Note)], system => new NoteSerializer(system));
            akka.WithStrictSerialization();
            akka.AddHocon(overrides + "\nakka { loglevel = OFF, stdout-loglevel = OFF, coordinated-shutdown.exit-clr = off }", HoconAddMode.Prepend);
        }));
        var host = builder.Build();
        await host.StartAsync();
        return new StoreSystem(host);
    }

    public IActorRef Writer(string id) => System.ActorOf(Props.Create(() => new Writer(id)));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
