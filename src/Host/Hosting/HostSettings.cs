using System.Collections.Immutable;
using CreditActors.Accounts;

namespace GpuCredit.Host.Hosting;

/// <summary>Everything that can be set, read once at the start and checked there: a wrong setting stops the start.</summary>
internal sealed record HostSettings
{
    /// <summary><c>urls</c>, ASP.NET's own: where the API is served.</summary>
    public required ImmutableArray<ListenUrl> Urls { get; init; }

    /// <summary>Where gRPC is served, in HTTP/2 only; without TLS that is h2c, which a client has to expect.</summary>
    public required ListenUrl GrpcUrl { get; init; }

    /// <summary>Health, and what else is for the operators' eyes only; never public.</summary>
    public required ListenUrl OpsUrl { get; init; }

    public required StoreKind Store { get; init; }

    /// <summary>The store's own connection string; null: the store's default.</summary>
    public required string? ConnectionString { get; init; }

    /// <summary>How far back from now entries are still taken, in ticks; null: however far back.</summary>
    public required long? Horizon { get; init; }

    /// <summary>How much memory the accounts of this node may take together; null: as hocon/reference.conf says.</summary>
    public required ResidentBudget? Resident { get; init; }

    public required ClusterSettings Cluster { get; init; }

    public static HostSettings Read(IConfiguration configuration)
    {
        var section = new SettingsSection(configuration);
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
            throw new StartRefusedException("Kestrel:Endpoints would open a door that nothing here knows of: use urls, GpuCredit:GrpcUrl and GpuCredit:OpsUrl.");
        var settings = new HostSettings
        {
            Urls = ReadUrls(configuration),
            GrpcUrl = ListenUrl.Parse(SettingsSection.Key("GrpcUrl"), section.Text("GrpcUrl") ?? "http://127.0.0.1:8081"),
            OpsUrl = ListenUrl.Parse(SettingsSection.Key("OpsUrl"), section.Text("OpsUrl") ?? "http://127.0.0.1:8082"),
            Store = section.Store(),
            ConnectionString = section.Text("ConnectionString"),
            Horizon = section.Ticks("Horizon"),
            Resident = section.Budget("ResidentBytes"),
            Cluster = ClusterSettings.Read(section),
        };
        settings.RefuseContradictions();
        return settings;
    }

    private static ImmutableArray<ListenUrl> ReadUrls(IConfiguration configuration)
    {
        // ASPNETCORE_HTTP_PORTS is what .NET's container images set; ASP.NET listens on every interface for it.
        var urls = configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } text ? text.Split(';', StringSplitOptions.RemoveEmptyEntries)
            : configuration[WebHostDefaults.HttpPortsKey] is { Length: > 0 } ports ? ports.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"http://*:{port}").ToArray()
            : ["http://127.0.0.1:8080"];
        return [.. urls.Select(url => ListenUrl.Parse(WebHostDefaults.ServerUrlsKey, url.Trim()))];
    }

    private void RefuseContradictions()
    {
        if (Store == StoreKind.Memory && ConnectionString is not null)
            throw new StartRefusedException($"{SettingsSection.Key("ConnectionString")} has no meaning with {SettingsSection.Key("Store")} memory: leave it out.");
        if (Store == StoreKind.Postgres && ConnectionString is null)
            throw new StartRefusedException($"{SettingsSection.Key("ConnectionString")} is missing: {SettingsSection.Key("Store")} postgres needs one, 'Host=…;Database=…;Username=…;Password=…'.");
        if (Store != StoreKind.Postgres)
            Cluster.RefuseOthers(Store);

        ListenUrl[] all = [.. Urls, GrpcUrl, OpsUrl];
        for (var i = 0; i < all.Length; i++)
        {
            if (all.Take(i).FirstOrDefault(all[i].IsSameAs) is { } taken)
                throw new StartRefusedException($"{all[i].Key} and {taken.Key} are the same address ({all[i].Text}): each needs its own.");
        }
    }
}
