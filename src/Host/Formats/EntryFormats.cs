using GpuCredit.Host.Formats.Mapping;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Formats;

/// <summary>The format that a source's settings ask for.</summary>
internal static class EntryFormats
{
    public const string FormatKey = "Format";
    public const string MappingKey = "Mapping";

    /// <param name="key">The source's full key, such as <c>GpuCredit:Sources:usage</c>: what a refusal names.</param>
    /// <param name="source">The source's section, of which only <c>Format</c> and <c>Mapping</c> are looked at.</param>
    /// <exception cref="StartRefusedException">A setting is wrong.</exception>
    public static IEntryFormat Create(string key, IConfigurationSection source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var written = source[FormatKey] is { Length: > 0 } text ? text : "json";
        var format = written.ToLowerInvariant();
        if (format != "mapping" && source.GetSection(MappingKey).AsEnumerable().Any(setting => setting.Value is { Length: > 0 }))
            throw new StartRefusedException($"{key}:{MappingKey} has a meaning only with {key}:{FormatKey} mapping: leave it out.");
        return format switch
        {
            "json" => new JsonFormat(),
            "cloudevents" => new CloudEventsFormat(),
            "mapping" => MappingFormat.Checked(new MappingSettings($"{key}:{MappingKey}", source.GetSection(MappingKey))),
            _ => throw new StartRefusedException($"{key}:{FormatKey} must be json, cloudevents or mapping, and is \"{written}\"."),
        };
    }
}
