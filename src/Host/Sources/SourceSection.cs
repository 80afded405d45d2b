using System.Globalization;
using GpuCredit.Host.Formats;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Sources;

/// <summary>One source's section of the configuration, read strictly: what isn't known is refused by name.</summary>
/// <remarks>An empty value is as if it weren't set.</remarks>
internal sealed class SourceSection
{
    public const string All = "Sources";

    /// <summary>Every kind has these; the format reads what is under Mapping.</summary>
    private static readonly string[] Common = ["Kind", "Address", "Parallelism", "Prefetch", "BatchMessages", "InFlightBytes", "DrainSeconds", EntryFormats.FormatKey];

    private const string Mapping = "Mapping";
    private const int ParallelismMax = 64;
    private const int PrefetchMax = 65_535;

    /// <summary>The whole Host stops within a minute.</summary>
    private const int DrainSecondsMax = 15;

    private const int NameCharsMax = 64;

    private readonly IConfigurationSection _section;

    public SourceSection(IConfigurationSection section)
    {
        _section = section;
        if (Name.Length > NameCharsMax || !Name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            throw new StartRefusedException($"{FullKey} is no name for a source: it may have 1 to {NameCharsMax} letters, digits, - and _.");
        if (_section.Value is { Length: > 0 })
            throw new StartRefusedException($"{FullKey} must be a section with {Key("Kind")}, {Key("Address")} and so on, and is one value.");
    }

    public string Name => _section.Key;

    /// <summary><c>GpuCredit:Sources:{name}</c>.</summary>
    public string FullKey => SettingsSection.Key($"{All}:{Name}");

    public string Key(string name) => $"{FullKey}:{name}";

    public SourceKind Kind() => Word("Kind") switch
    {
        "nats" => SourceKind.Nats,
        "rabbitmq" => SourceKind.RabbitMq,
        "kafka" => SourceKind.Kafka,
        null => throw new StartRefusedException($"{Key("Kind")} is missing: it must be nats, rabbitmq or kafka."),
        _ => throw new StartRefusedException($"{Key("Kind")} must be nats, rabbitmq or kafka, and is \"{Text("Kind")}\"."),
    };

    /// <param name="kind">For the sentence.</param>
    /// <param name="known">What this kind has beside <see cref="Common"/>.</param>
    public void RefuseUnknown(string kind, IEnumerable<string> known)
    {
        string[] all = [.. Common, .. known];
        foreach (var (key, value) in _section.AsEnumerable(makePathsRelative: true))
        {
            var isMapping = key.Equals(Mapping, StringComparison.OrdinalIgnoreCase) || key.StartsWith($"{Mapping}:", StringComparison.OrdinalIgnoreCase);
            if (value is not null && key.Length > 0 && !isMapping && !all.Contains(key, StringComparer.OrdinalIgnoreCase))
                throw new StartRefusedException($"{Key(key)} is not a setting of a {kind} source; the settings are {string.Join(", ", all)} and, for the format mapping, {Mapping}.");
        }
    }

    public SourceSettings Settings(SourceKind kind, string address) => new()
    {
        Name = Name,
        Kind = kind,
        Address = address,
        Parallelism = WholeNumber("Parallelism", 4, 1, ParallelismMax),
        Prefetch = WholeNumber("Prefetch", 2_000, 1, PrefetchMax),
        BatchMessages = WholeNumber("BatchMessages", 500, 1, FormatLimits.MessageEntriesMax),
        InFlightBytes = WholeNumber("InFlightBytes", 64 * 1024 * 1024, 1024, int.MaxValue),
        Drain = Seconds("DrainSeconds", 10, 0, DrainSecondsMax),
        Seed = HashCode.Combine(Name, Environment.ProcessId, Environment.MachineName),
    };

    public IEntryFormat Format() => EntryFormats.Create(FullKey, _section);

    public string? Text(string name) => _section[name] is { Length: > 0 } text ? text : null;

    /// <summary>One of a few that are known, in lower case: they may be written in any, as configuration's own words may.</summary>
    public string? Word(string name) => Text(name)?.ToLowerInvariant();

    /// <param name="name">The key.</param>
    /// <param name="what">What it must name, for the sentence.</param>
    public string Required(string name, string what) =>
        Text(name) ?? throw new StartRefusedException($"{Key(name)} is missing: it must be {what}.");

    public int WholeNumber(string name, int otherwise, int min, int max) =>
        Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
        : throw new StartRefusedException(string.Create(CultureInfo.InvariantCulture, $"{Key(name)} must be a whole number from {min} to {max}, and is \"{text}\"."));

    public bool YesNo(string name, bool otherwise) => Text(name) switch
    {
        null => otherwise,
        { } text when text.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        { } text when text.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        { } other => throw new StartRefusedException($"{Key(name)} must be true or false, and is \"{other}\"."),
    };

    public TimeSpan Seconds(string name, int otherwise, int min, int max) => TimeSpan.FromSeconds(WholeNumber(name, otherwise, min, max));

    /// <summary>A file that must be readable now: a certificate, credentials.</summary>
    public string? File(string name)
    {
        if (Text(name) is not { } file)
            return null;
        try
        {
            using var open = System.IO.File.OpenRead(file);
            return file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new StartRefusedException($"{Key(name)} {file} can't be read: {fault.Message}", fault);
        }
    }

    /// <summary>Both or none.</summary>
    public (string Username, string Password)? Credentials()
    {
        var (username, password) = (Text("Username"), Text("Password"));
        return username is null != password is null
            ? throw new StartRefusedException($"{Key("Username")} and {Key("Password")} go together: give both, or none.")
            : username is null ? null : (username, password!);
    }

    /// <summary>URLs of one broker's nodes, without credentials in them: those have keys of their own, so that the address can be shown.</summary>
    public Uri[] Urls(string example, params string[] schemes)
    {
        var text = Required("Address", $"the broker's URL, such as {example}, or several with commas between");
        // A password with a comma in it falls into two pieces, of which one has no @ any more.
        var mayHoldSecret = text.Contains('@', StringComparison.Ordinal);
        return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Url)];

        Uri Url(string one)
        {
            if (!Uri.TryCreate(one, UriKind.Absolute, out var url) || !schemes.Contains(url.Scheme) || url.Host.Length == 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
                throw new StartRefusedException($"{Key("Address")} must be the broker's URL, such as {example}, or several with commas between, and is {(mayHoldSecret ? Shown(one) : $"\"{one}\"")}.");
            return url.UserInfo.Length == 0 ? url
                : throw new StartRefusedException($"{Key("Address")} must hold no user name and no password: they have keys of their own, {Key("Username")} and {Key("Password")}.");
        }
    }

    /// <summary>What comes before an @ may be a password, and without an @ all of it.</summary>
    private static string Shown(string address) => address.LastIndexOf('@') is var at and >= 0 ? $"\"…{address[at..]}\"" : "another, which is not shown since it may be part of a password";
}
