using Confluent.Kafka;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>What a source of kind <c>kafka</c> has beside what all have.</summary>
internal sealed record KafkaSettings
{
    private static readonly string[] Known = ["Topic", "Group", "Create", "DeadLetter", "SessionTimeoutSeconds", "Tls", "CaFile", "Username", "Password", "SaslMechanism"];

    public required SourceSettings Common { get; init; }

    /// <summary><c>host:port,host:port</c>.</summary>
    public required string Servers { get; init; }

    public required string Topic { get; init; }

    /// <summary>The consumer group: all nodes that name the same one share the topic's partitions.</summary>
    public required string Group { get; init; }

    /// <summary>Whether topics that are absent are made.</summary>
    public required bool Create { get; init; }

    /// <summary>The dead letters' topic.</summary>
    public required string DeadLetter { get; init; }

    /// <summary>A node that was killed is found out after so long, and its partitions move. Brokers have bounds of their own, 6 s to 30 min by default.</summary>
    public required TimeSpan SessionTimeout { get; init; }

    public required bool Tls { get; init; }

    public required string? CaFile { get; init; }

    public required (string Username, string Password)? Credentials { get; init; }

    public required SaslMechanism Mechanism { get; init; }

    public static ConfiguredSource Read(SourceSection section)
    {
        section.RefuseUnknown("kafka", Known);
        var servers = section.Required("Address", "the brokers to begin with, such as 127.0.0.1:9092, or several with commas between")
            .Split(',', StringSplitOptions.TrimEntries);
        if (servers.FirstOrDefault(server => !IsServer(server)) is { } wrong)
            throw new StartRefusedException($"{section.Key("Address")} must be brokers as host:port, with commas between, and holds \"{wrong}\".");
        var topic = Name(section, "Topic", section.Required("Topic", "the name of the topic that is read"));
        var credentials = section.Credentials();
        var mechanism = MechanismOf(section);
        if (credentials is null && section.Text("SaslMechanism") is not null)
            throw new StartRefusedException($"{section.Key("SaslMechanism")} has no meaning without {section.Key("Username")} and {section.Key("Password")}.");
        var tls = section.YesNo("Tls", otherwise: false);
        if (!tls && section.Text("CaFile") is not null)
            throw new StartRefusedException($"{section.Key("CaFile")} has no meaning without {section.Key("Tls")} true.");
        var settings = new KafkaSettings
        {
            Common = section.Settings(SourceKind.Kafka, string.Join(',', servers)),
            Servers = string.Join(',', servers),
            Topic = topic,
            Group = section.Text("Group") ?? $"gpucredit-{section.Name}",
            Create = section.YesNo("Create", otherwise: false),
            DeadLetter = Name(section, "DeadLetter", section.Text("DeadLetter") ?? $"{topic}.dead"),
            SessionTimeout = section.Seconds("SessionTimeoutSeconds", 10, 1, 1800),
            Tls = tls,
            CaFile = section.File("CaFile"),
            Credentials = credentials,
            Mechanism = mechanism,
        };
        if (settings.DeadLetter == topic)
            throw new StartRefusedException($"{section.Key("DeadLetter")} is the same as {section.Key("Topic")}: the source would read its own dead letters.");
        return new ConfiguredSource(settings.Common, new KafkaBroker(settings), section.Format());
    }

    /// <summary>What every client of this source has in common.</summary>
    public T Apply<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = Servers;
        config.ClientId = $"gpucredit-{Common.Name}";
        config.ReconnectBackoffMaxMs = 2_000;
        config.SocketKeepaliveEnable = true;
        config.SecurityProtocol = (Tls, Credentials) switch
        {
            (false, null) => SecurityProtocol.Plaintext,
            (true, null) => SecurityProtocol.Ssl,
            (false, _) => SecurityProtocol.SaslPlaintext,
            (true, _) => SecurityProtocol.SaslSsl,
        };
        if (CaFile is not null)
            config.SslCaLocation = CaFile;
        if (Credentials is { } credentials)
        {
            config.SaslMechanism = Mechanism;
            config.SaslUsername = credentials.Username;
            config.SaslPassword = credentials.Password;
        }

        return config;
    }

    private static SaslMechanism MechanismOf(SourceSection section) => section.Word("SaslMechanism") switch
    {
        null or "scram-sha-512" => SaslMechanism.ScramSha512,
        "scram-sha-256" => SaslMechanism.ScramSha256,
        "plain" => SaslMechanism.Plain,
        _ => throw new StartRefusedException($"{section.Key("SaslMechanism")} must be plain, scram-sha-256 or scram-sha-512, and is \"{section.Text("SaslMechanism")}\"."),
    };

    private static bool IsServer(string server)
    {
        var colon = server.LastIndexOf(':');
        return colon > 0 && HostPort.IsHost(server[..colon].Trim('[', ']')) && HostPort.TryParsePort(server[(colon + 1)..], out var port) && port > 0;
    }

    /// <summary>As Kafka has them.</summary>
    private static string Name(SourceSection section, string key, string name) =>
        name.Length <= 249 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-') && name is not ("." or "..")
            ? name
            : throw new StartRefusedException($"{section.Key(key)} must be a topic's name, 1 to 249 letters, digits, . _ and -, and is \"{name}\".");
}
