using System.Reflection;
using Akka.Actor;
using CreditActors.Sharding;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Http;
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

    /// <summary>Where it listens once it has started, ports that were 0 included; the last two are gRPC's and the operators'.</summary>
    public IReadOnlyList<string> Addresses => [.. _addresses.Addresses];

    public async Task StartAsync()
    {
        // The doors are Kestrel's own listeners (Kestrel.Listen). ASP.NET would copy urls to the server's addresses all the
        // same, and warn at each start that they are overridden; without the feature it has nowhere to copy them.
        _server.Set<IServerAddressesFeature>(null);
        try
        {
            await _app.StartAsync();
        }
        catch (FormatException fault) when (ActorSystemFault.In(fault, _app.Configuration) is { } sentence)
        {
            throw new StartRefusedException(sentence, fault);
        }

        _server.Set(_addresses);
        // A wrong setting of the accounts' door stops the start, and not the first request.
        if (_app.Services.GetRequiredService<AccountClient>().EntriesInFlightMax is var max && max < HttpLimits.BatchEntriesMax)
        {
            throw new StartRefusedException(
                $"gpucredit.account.client.entries-in-flight-max must be at least {HttpLimits.BatchEntriesMax}, which one request may hold, and is {max}.");
        }
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Starts, and returns when it has stopped: as asked, or because the cluster put this node out.</summary>
    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync()
    {
        await StartAsync();
        await _app.WaitForShutdownAsync();
        if (_app.Services.GetRequiredService<HostEnd>().Code is { } code)
            return code;
        switch (CoordinatedShutdown.Get(_app.Services.GetRequiredService<ActorSystem>()).ShutdownReason)
        {
            case CoordinatedShutdown.ClusterDowningReason:
                HostLog.PutOut(_app.Logger);
                return ExitCode.PutOut;
            case CoordinatedShutdown.ClusterLeavingReason:
                return ExitCode.Stopped; // an operator had it leave
            default:
                return Environment.ExitCode; // Akka sets it when the actor system ended by itself
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _store.DisposeAsync();
    }

    private void SayListening()
    {
        HostLog.Listening(_app.Logger, Version, string.Join(", ", Addresses.SkipLast(2)), Addresses[^2], Addresses[^1], _store.Target.Description);
        if (_store.Target.IsVolatile)
            HostLog.StoreIsVolatile(_app.Logger, _store.Target.Description);
        if (_store.Warning is { } warning)
            HostLog.StoreWarns(_app.Logger, warning);
    }
}
