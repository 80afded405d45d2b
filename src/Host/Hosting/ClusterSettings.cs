using System.Collections.Immutable;

namespace GpuCredit.Host.Hosting;

/// <summary>How this node takes part in the cluster.</summary>
internal sealed record ClusterSettings
{
    public const string AccountRole = "account";
    public const string GatewayRole = "gateway";
    public const int ShardsDefault = 100;
    public const int ShardsMax = 10_000;

    /// <summary>The remoting address by which others reach this node; port 0: a free one.</summary>
    public required HostPort Address { get; init; }

    /// <summary>Where it listens, when that differs.</summary>
    public required HostPort Bind { get; init; }

    /// <summary>Nodes with the same seeds form one cluster; empty: this node alone, or whoever is alive over the same event store.</summary>
    public required ImmutableArray<HostPort> Seeds { get; init; }

    public required ImmutableArray<string> Roles { get; init; }

    /// <summary>No seed but itself.</summary>
    public bool IsAlone => Seeds.All(seed => seed == Address);

    /// <summary>
    /// Into how many parts the accounts are split over the nodes. The same at every node, and chosen once: nodes that count
    /// shards differently would run one account twice. About ten for each node ever planned.
    /// </summary>
    public required int Shards { get; init; }

    /// <summary>How the nodes' messages to one another are protected; null: not at all, as on loopback or in a private network.</summary>
    public required TlsSettings? Tls { get; init; }

    public static ClusterSettings Read(SettingsSection section)
    {
        var address = new HostPort(section.Host("Cluster:Host", "127.0.0.1"), section.Port("Cluster:Port", 0));
        return new ClusterSettings
        {
            Address = address,
            Bind = new HostPort(section.Host("Cluster:BindHost", address.Host), section.Port("Cluster:BindPort", address.Port)),
            Seeds = [.. section.List("Cluster:Seeds").Select(seed => HostPort.Parse(SettingsSection.Key("Cluster:Seeds"), seed))],
            Roles = ReadRoles(section),
            Shards = section.WholeNumber("Cluster:Shards", ShardsDefault, 1, ShardsMax),
            Tls = TlsSettings.Read(section, TimeProvider.System),
        };
    }

    /// <summary>A store that one machine holds can't be shared: two nodes over it would be two ledgers, each believing itself the only one.</summary>
    public void RefuseOthers(StoreKind store)
    {
        var name = SettingsSection.Name(store);
        if (Seeds.Any(seed => seed != Address))
        {
            throw new StartRefusedException(
                $"{SettingsSection.Key("Cluster:Seeds")} names other nodes than this one ({Address}), and {SettingsSection.Key("Store")} {name} serves one node only.");
        }

        if (!Roles.Contains(AccountRole))
        {
            throw new StartRefusedException(
                $"{SettingsSection.Key("Cluster:Roles")} must include {AccountRole} with {SettingsSection.Key("Store")} {name}, since no other node could hold the accounts.");
        }
    }

    private static ImmutableArray<string> ReadRoles(SettingsSection section)
    {
        ImmutableArray<string> roles = [.. section.List("Cluster:Roles").Distinct()];
        if (roles.IsEmpty)
            return [AccountRole, GatewayRole];
        return roles.FirstOrDefault(role => role is not (AccountRole or GatewayRole)) is { } unknown
            ? throw new StartRefusedException($"{SettingsSection.Key("Cluster:Roles")} takes {AccountRole} and {GatewayRole}, and holds \"{unknown}\".")
            : roles;
    }
}
