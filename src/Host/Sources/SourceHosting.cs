using CreditActors.Sharding;

namespace GpuCredit.Host.Sources;

/// <summary>Puts the configured sources into the Host.</summary>
internal static class SourceHosting
{
    /// <summary>Call it after the accounts are added: what is added later stops first.</summary>
    public static void AddSources(this WebApplicationBuilder builder)
    {
        var configured = ConfiguredSource.ReadAll(builder.Configuration);
        builder.Services
            .AddSingleton(provider => new SourceSet(
                configured,
                provider.GetRequiredService<AccountClient>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<SourceSet>>()))
            .AddHostedService(provider => provider.GetRequiredService<SourceSet>());
    }
}
