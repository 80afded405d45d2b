using GpuCredit.Host.Formats.Mapping;
using Microsoft.Extensions.Configuration;

namespace Host.Tests.Formats;

/// <summary>Mappings from lines of <c>Name=value</c>, over one that reads a plain usage.</summary>
internal static class Mappings
{
    public const string Key = "GpuCredit:Sources:usage:Mapping";

    public const string Usage = """{"a":"acme","i":"u","n":5,"t":17}""";

    private static readonly string[] Plain = ["Kind=usage", "Account=$.a", "Id=$.i", "Amount=$.n", "Time=$.t", "TimeUnit=unix-ms"];

    /// <summary>Not held against an example.</summary>
    public static MappingFormat Format(params string[] lines) => new(Settings(lines));

    public static MappingFormat Checked(params string[] lines) => MappingFormat.Checked(Settings(lines));

    /// <param name="lines">A line with a name that is in the plain mapping replaces it; with nothing after the equals sign it unsets it.</param>
    public static MappingSettings Settings(params string[] lines)
    {
        var pairs = Plain.Concat(lines).Select(line => line.Split('=', 2)).GroupBy(pair => pair[0]).Select(pairs => pairs.Last());
        return Alone([.. pairs.Select(pair => $"{pair[0]}={pair[1]}")]);
    }

    public static MappingSettings Alone(params string[] lines) => new(Key, new ConfigurationBuilder()
        .AddInMemoryCollection(lines.Select(line => line.Split('=', 2)).Select(pair => KeyValuePair.Create($"{Key}:{pair[0]}", (string?)pair[1])))
        .Build().GetSection(Key));
}
