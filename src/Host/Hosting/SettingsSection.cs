using System.Globalization;
using CreditActors.Ledger;
using CreditActors.Accounts;

namespace GpuCredit.Host.Hosting;

/// <summary>The configuration's section <c>GpuCredit</c>, read strictly: what isn't known is refused by name.</summary>
/// <remarks>An empty value is as if it weren't set, which is how an environment file or a compose file unsets one.</remarks>
internal sealed class SettingsSection
{
    private const string SectionName = "GpuCredit";

    private static readonly string[] Known =
    [
        "GrpcUrl", "OpsUrl", "Store", "ConnectionString", "ResidentBytes", "Horizon",
        "Cluster:Host", "Cluster:Port", "Cluster:BindHost", "Cluster:BindPort", "Cluster:Seeds", "Cluster:Roles",
        "Cluster:TlsCertificate", "Cluster:TlsKey", "Cluster:TlsAuthority",
        "Cluster:Shards",
    ];

    private static readonly string OfSource = $"{Key($"{Sources.SourceSection.All}:{{name}}:Kind")}, {Key($"{Sources.SourceSection.All}:{{name}}:Address")} and so on";

    private readonly IConfigurationSection _section;

    public SettingsSection(IConfiguration configuration)
    {
        _section = configuration.GetSection(SectionName);
        if (Text(Sources.SourceSection.All) is not null)
            throw new StartRefusedException($"{Key(Sources.SourceSection.All)} must be a section with {OfSource}, for each source, and is one value.");
        foreach (var (key, value) in _section.AsEnumerable(makePathsRelative: true))
        {
            // A source has settings of its kind, and reads them itself (Sources/SourceSection).
            if (value is not null && !Known.Contains(key, StringComparer.OrdinalIgnoreCase) && !IsOfSources(key))
                throw new StartRefusedException($"{Key(key)} is not a setting; the settings are {string.Join(", ", Known.Select(Key))}, and for each source {OfSource}.");
        }
    }

    public static string Key(string name) => name.Length == 0 ? SectionName : $"{SectionName}:{name}";

    public static string Name(StoreKind store) => store switch
    {
        StoreKind.Sqlite => "sqlite",
        StoreKind.Postgres => "postgres",
        StoreKind.Memory => "memory",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public string? Text(string name) => _section[name] is { Length: > 0 } text ? text : null;

    public string Host(string name, string otherwise)
    {
        var text = Text(name) ?? otherwise;
        return HostPort.IsHost(text) ? text : throw new StartRefusedException($"{Key(name)} must be an IP address or a host's name, and is \"{text}\".");
    }

    public int Port(string name, int otherwise) =>
        Text(name) is not { } text ? otherwise
        : HostPort.TryParsePort(text, out var port) ? port
        : throw new StartRefusedException($"{Key(name)} must be a port from 0 (a free one) to 65535, and is \"{text}\".");

    public int WholeNumber(string name, int otherwise, int min, int max) =>
        Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
        : throw new StartRefusedException(string.Create(CultureInfo.InvariantCulture, $"{Key(name)} must be a whole number from {min} to {max}, and is \"{text}\"."));

    /// <summary>A length in ticks; null when it isn't set.</summary>
    public long? Ticks(string name) =>
        Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks is >= 1 and <= Limits.TicksMax ? ticks
        : throw new StartRefusedException(string.Create(
            CultureInfo.InvariantCulture, $"{Key(name)} must be a length in ticks (milliseconds), a whole number from 1 to {Limits.TicksMax}, and is \"{text}\"."));

    public ResidentBudget? Budget(string name) =>
        Text(name) is not { } text ? null
        : ResidentBudget.TryParse(text, out var budget) ? budget
        : throw new StartRefusedException($"{Key(name)} must be {ResidentBudget.Rule}, and is \"{text}\".");

    public IEnumerable<string> List(string name) =>
        Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public StoreKind Store() => Text("Store") switch
    {
        null or "sqlite" => StoreKind.Sqlite,
        "memory" => StoreKind.Memory,
        "postgres" => StoreKind.Postgres,
        var other => throw new StartRefusedException($"{Key("Store")} must be sqlite, postgres or memory, and is \"{other}\"."),
    };

    private static bool IsOfSources(string key) =>
        key.Equals(Sources.SourceSection.All, StringComparison.OrdinalIgnoreCase) || key.StartsWith($"{Sources.SourceSection.All}:", StringComparison.OrdinalIgnoreCase);
}
