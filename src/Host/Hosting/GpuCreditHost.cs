using System.Reflection;
using CreditActors.Sharding;
using GpuCredit.Host.EventStore;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace GpuCredit.Host.Hosting;

/// <summary>A Host that is built: it starts, serves until it is told to stop, and lets go of the event store last.</summary>
internal sealed class GpuCreditHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly OpenedEventStore _store;
    private readonly IFeatureCollection _server;
    private readonly IServerAddressesFeature _addresses;

    public GpuCreditHost(WebApplication app, OpenedEventStore store)
    {
        (_app, _store) = (app, store);
        _server = app.Services.GetRequiredService<IServer>().Features;
        _addresses = _server.GetRequiredFeature<IServerAddressesFeature>();
        app.Lifetime.ApplicationStarted.Register(SayListening);
        app.Lifetime.ApplicationStopping.Register(() => HostLog.Stopping(app.Logger));
        app.Lifetime.ApplicationStopped.Register(() => HostLog.Stopped(app.Logger));
    }

    public static string Version { get; } =
        typeof(GpuCreditHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public IServiceProvider Services => _app.Services;

    /// <summary>Where it listens once it has started, ports that were 0 included; the operators' door is the last.</summary>
    public IReadOnlyList<string> Addresses => [.. _addresses.Addresses];

    public async Task StartAsync()
    {
        // The doors are Kestrel's own listeners (Kestrel.Listen). ASP.NET would copy urls to the server's addresses all the
        // same, and warn at each start that they are overridden; without the feature it has nowhere to copy them.
        _server.Set<IServerAddressesFeature>(null);
        await _app.StartAsync();
        _server.Set(_addresses);
        // A wrong setting of the accounts' door stops the start, and not the first request.
        _app.Services.GetRequiredService<AccountClient>();
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Starts, and returns when it was told to stop and has.</summary>
    public async Task RunAsync()
    {
        await StartAsync();
        await _app.WaitForShutdownAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _store.DisposeAsync();
    }

    private void SayListening()
    {
        HostLog.Listening(_app.Logger, Version, string.Join(", ", Addresses.SkipLast(1)), Addresses[^1], _store.Target.Description);
        if (_store.Target.IsVolatile)
            HostLog.StoreIsVolatile(_app.Logger, _store.Target.Description);
    }
}
