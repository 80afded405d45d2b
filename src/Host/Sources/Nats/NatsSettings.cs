using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>What a source of kind <c>nats</c> has beside what all have.</summary>
internal sealed record NatsSettings
{
    private static readonly string[] Known =
        ["Stream", "Subject", "Group", "Create", "DeadLetter", "DeadLetterStream", "AckWaitSeconds", "Username", "Password", "Token", "CredentialsFile", "CaFile"];

    public required SourceSettings Common { get; init; }

    public required string Url { get; init; }

    public required string Stream { get; init; }

    /// <summary>Which of the stream's subjects; null: all of them.</summary>
    public required string? Subject { get; init; }

    /// <summary>The durable consumer's name: all nodes that name the same one share the work.</summary>
    public required string Group { get; init; }

    /// <summary>Whether what is absent is made.</summary>
    public required bool Create { get; init; }

    /// <summary>The subject that dead letters are published to.</summary>
    public required string DeadLetter { get; init; }

    /// <summary>The stream that is made for it.</summary>
    public required string DeadLetterStream { get; init; }

    /// <summary>For a consumer that is made here: after so long without a sign from us the broker delivers a message again.</summary>
    public required TimeSpan AckWait { get; init; }

    public required (string Username, string Password)? Credentials { get; init; }

    public required string? Token { get; init; }

    public required string? CredentialsFile { get; init; }

    public required string? CaFile { get; init; }

    public static ConfiguredSource Read(SourceSection section)
    {
        section.RefuseUnknown("nats", Known);
        var address = string.Join(',', section.Urls("nats://127.0.0.1:4222", "nats", "tls").Select(url => url.GetLeftPart(UriPartial.Authority)));
        var settings = new NatsSettings
        {
            Common = section.Settings(SourceKind.Nats, address),
            Url = address,
            Stream = Name(section, "Stream", section.Required("Stream", "the name of the JetStream stream that is read")),
            Subject = section.Text("Subject") is { } subject ? OneSubject(section, "Subject", subject, mayBePattern: true) : null,
            Group = Name(section, "Group", section.Text("Group") ?? $"gpucredit-{section.Name}"),
            Create = section.YesNo("Create", otherwise: false),
            DeadLetter = OneSubject(section, "DeadLetter", section.Text("DeadLetter") ?? $"gpucredit.dead.{section.Name}", mayBePattern: false),
            DeadLetterStream = Name(section, "DeadLetterStream", section.Text("DeadLetterStream") ?? $"gpucredit-dead-{section.Name}"),
            AckWait = section.Seconds("AckWaitSeconds", 10, 1, 3600),
            Credentials = section.Credentials(),
            Token = section.Text("Token"),
            CredentialsFile = section.File("CredentialsFile"),
            CaFile = section.File("CaFile"),
        };
        settings.RefuseContradictions(section);
        return new ConfiguredSource(settings.Common, new NatsBroker(settings), section.Format());
    }

    private void RefuseContradictions(SourceSection section)
    {
        if (Create && Subject is null)
            throw new StartRefusedException($"{section.Key("Subject")} is missing: {section.Key("Create")} true needs to know which subject the stream {Stream} is made for.");
        if (DeadLetterStream == Stream)
            throw new StartRefusedException($"{section.Key("DeadLetterStream")} is the same as {section.Key("Stream")}: the source would read its own dead letters.");
        if (new[] { Credentials is not null, Token is not null, CredentialsFile is not null }.Count(given => given) > 1)
            throw new StartRefusedException($"{section.Key("Username")}, {section.Key("Token")} and {section.Key("CredentialsFile")} are three ways to log in: give one.");
    }

    /// <summary>As JetStream has them.</summary>
    private static string Name(SourceSection section, string key, string name) =>
        name.All(character => character is > ' ' and <= '~' and not ('.' or '*' or '>' or '/' or '\\'))
            ? name
            : throw new StartRefusedException($"{section.Key(key)} must be a name in JetStream, printable ASCII without space . * > / \\, and is \"{name}\".");

    private static string OneSubject(SourceSection section, string key, string subject, bool mayBePattern)
    {
        var tokens = subject.Split('.');
        for (var i = 0; i < tokens.Length; i++)
        {
            var token = tokens[i];
            var isWildcard = token is "*" || (token is ">" && i == tokens.Length - 1);
            var isName = token.Length > 0 && token.All(character => character is > ' ' and <= '~' and not ('*' or '>'));
            if (!isName && !(isWildcard && mayBePattern))
                throw new StartRefusedException($"{section.Key(key)} must be a NATS subject, such as usage.events{(mayBePattern ? " or usage.>" : ", without * and >")}, and is \"{subject}\".");
        }

        return subject;
    }
}
