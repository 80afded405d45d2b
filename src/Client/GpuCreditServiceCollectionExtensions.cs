using System.Diagnostics.Metrics;
using GpuCredit.Client.Buffering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GpuCredit.Client;

/// <summary>Puts the client into a container.</summary>
public static class GpuCreditServiceCollectionExtensions
{
    /// <summary>The name of the client's <see cref="HttpClient"/> at <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "GpuCredit";

    /// <summary>Adds <see cref="IGpuCreditClient"/>, one for all. Its HttpClient comes from <see cref="IHttpClientFactory"/>.</summary>
    /// <returns>The builder of that HttpClient: for headers, handlers, certificates.</returns>
    public static IHttpClientBuilder AddGpuCreditClient(this IServiceCollection services, Action<GpuCreditClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<GpuCreditClientOptions>().Configure(configure).PostConfigure(options => options.Check());
        services.AddShared();
        services.TryAddSingleton(CreateClient);
        services.TryAddSingleton<IEntrySender>(provider => provider.GetRequiredService<IGpuCreditClient>());
        // The client lives as long as the container, so that handlers must not be replaced behind its back; their connections are.
        return services.AddHttpClient(HttpClientName)
            .UseSocketsHttpHandler((handler, _) => Connections.Configure(handler))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Adds <see cref="EntryBuffer"/>, one for all, over the client. A host makes it when it starts, so that what an earlier run left
    /// in the spool goes out by itself, and closes it after all its services have stopped: within
    /// <see cref="EntryBufferOptions.CloseTimeout"/>, and no longer than the host's own shutdown lasts. Without a host it is made when
    /// it is first asked for, and closed with the container, which must be disposed with <c>DisposeAsync</c>.
    /// </summary>
    public static IServiceCollection AddEntryBuffer(this IServiceCollection services, Action<EntryBufferOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<EntryBufferOptions>().Configure(options => configure?.Invoke(options)).PostConfigure(options => options.Check());
        services.AddShared();
        services.TryAddSingleton(provider => new EntryBuffer(
            provider.GetRequiredService<IEntrySender>(),
            provider.GetRequiredService<IOptions<EntryBufferOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EntryBuffer>>(),
            provider.GetRequiredService<ClientMetrics>()));
        return services.AddHostedService<BufferLifetime>();
    }

    private static void AddShared(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => ClientMetrics.From(provider.GetRequiredService<IMeterFactory>()));
    }

    private static IGpuCreditClient CreateClient(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<GpuCreditClientOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        var metrics = provider.GetRequiredService<ClientMetrics>();
        if (options.Transport == GpuCreditTransport.Http)
        {
            var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName);
            http.Timeout = Timeout.InfiniteTimeSpan; // a try has its own
            return new HttpGpuCreditClient(http, options, time, metrics);
        }

        var handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(HttpClientName);
        var channel = GrpcGpuCreditClient.CreateChannel(options.Address!, handler, provider.GetService<ILoggerFactory>());
        return new GrpcGpuCreditClient(channel, options, time, metrics, ownsChannel: true);
    }
}
