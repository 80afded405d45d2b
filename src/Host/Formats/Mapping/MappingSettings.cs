using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>
/// A source's section <c>Mapping</c>, and the file that it may name, read strictly: what isn't known is refused by name. What
/// is set beside <c>File</c> goes before what the file says.
/// </summary>
internal sealed class MappingSettings
{
    private const string FileName = "File";

    private static readonly string[] Known =
    [
        "Account", "Id", "Amount", "Rounding", "IfZero", "Time", "TimeUnit", "TimeRounding", "Kind", "CreditWhen", "Expiration", "ExpiresAt", "Priority",
        "Revision", "Each", "When", "Others", "NumbersInStrings", "Example", "ExampleHeaders", "ExampleGives",
    ];

    private static ReadOnlySpan<byte> Utf8Mark => [0xEF, 0xBB, 0xBF];

    private readonly string _key;
    private readonly Dictionary<string, MappingValue> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="key">The section's full key, such as <c>GpuCredit:Sources:usage:Mapping</c>.</param>
    /// <param name="section">The section.</param>
    public MappingSettings(string key, IConfigurationSection section)
    {
        _key = key;
        if (section.Value is { Length: > 0 })
            RefuseUnknown("", key);
        if (section[FileName] is { Length: > 0 } file)
            AddFile(file);
        foreach (var (name, text) in section.AsEnumerable(makePathsRelative: true))
        {
            if (string.IsNullOrEmpty(text) || name.Equals(FileName, StringComparison.OrdinalIgnoreCase))
                continue;
            RefuseUnknown(name, $"{key}:{name}");
            _values[name] = new(text, $"{key}:{name}", Environment.CurrentDirectory);
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public MappingValue? Optional(string name) => _values.TryGetValue(name, out var value) ? value : null;

    public MappingValue Required(string name, string what) =>
        _values.TryGetValue(name, out var value) ? value : throw new StartRefusedException($"{_key}:{name} must be given: {what}.");

    /// <summary>Reads an expression; null when it isn't set.</summary>
    public T? Expression<T>(string name, Func<string, T> parse)
        where T : class => _values.TryGetValue(name, out var value) ? Parse(value, parse) : null;

    public T Expression<T>(string name, Func<string, T> parse, string what)
        where T : class => Parse(Required(name, what), parse);

    /// <summary>One word of several, in any case.</summary>
    public T Choice<T>(string name, T otherwise, params ReadOnlySpan<(string Word, T Meaning)> words)
    {
        if (!_values.TryGetValue(name, out var value))
            return otherwise;
        foreach (var (word, meaning) in words)
        {
            if (word.Equals(value.Text, StringComparison.OrdinalIgnoreCase))
                return meaning;
        }

        List<string> all = [];
        foreach (var (word, _) in words)
            all.Add(word);
        throw Refused(value, $"must be {string.Join(", ", all.SkipLast(1))} or {all[^1]}");
    }

    /// <summary>True or false in any case, since the settings' own JSON makes <c>True</c> of true.</summary>
    public bool Flag(string name) =>
        _values.TryGetValue(name, out var value) && (bool.TryParse(value.Text, out var flag) ? flag : throw Refused(value, "must be true or false"));

    public void RefuseMeaningless(string name, string because)
    {
        if (_values.TryGetValue(name, out var value))
            throw new StartRefusedException($"{value.Key} has no meaning {because}: leave it out.");
    }

    public static StartRefusedException Refused(MappingValue value, string rule) => new($"{value.Key} {rule}, and is \"{value.Text.ReplaceLineEndings(" ")}\".");

    /// <summary>The JSON that a setting holds, or that the file holds which it names.</summary>
    public static byte[] Json(MappingValue value)
    {
        if (value.Text.AsSpan().TrimStart() is ['{' or '[', ..])
            return System.Text.Encoding.UTF8.GetBytes(value.Text);
        return ReadFile(value.Key, value.Text, value.Folder);
    }

    private static T Parse<T>(MappingValue value, Func<string, T> parse)
    {
        try
        {
            return parse(value.Text);
        }
        catch (ExpressionException wrong)
        {
            throw Refused(value, wrong.Message);
        }
    }

    private void AddFile(string file)
    {
        var key = $"{_key}:{FileName}";
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        try
        {
            var json = ReadFile(key, file, Environment.CurrentDirectory);
            if (!JsonUnicode.IsValid(json))
                throw new StartRefusedException($"{key} must name a file in UTF-8 (its escapes Unicode), and {file} isn't.");
            using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new StartRefusedException($"{key} must name a file that holds one JSON object, and {file} doesn't.");
            foreach (var setting in document.RootElement.EnumerateObject())
            {
                var called = $"{_key}:{setting.Name} in {file}";
                RefuseUnknown(setting.Name, called);
                // An example is JSON, and may stand there as it is.
                var isJson = setting.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && setting.Name.StartsWith("Example", StringComparison.OrdinalIgnoreCase);
                if (!isJson && setting.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
                    throw new StartRefusedException($"{called} must be a string, and is {setting.Value.GetRawText().ReplaceLineEndings(" ")}.");
                if (!_values.TryAdd(setting.Name, new(setting.Value.ValueKind == JsonValueKind.String ? setting.Value.GetString()! : setting.Value.GetRawText(), called, folder)))
                    throw new StartRefusedException($"{called} is given twice.");
            }
        }
        catch (JsonException broken)
        {
            throw new StartRefusedException($"{key} must name a file of JSON, and {file} isn't: {broken.Message.ReplaceLineEndings(" ")}", broken);
        }
    }

    private void RefuseUnknown(string name, string called)
    {
        if (name.StartsWith("Example", StringComparison.OrdinalIgnoreCase) && name.Split(':') is [var example, _, ..] && Known.Contains(example, StringComparer.OrdinalIgnoreCase))
            throw new StartRefusedException($"{_key}:{example} must be JSON in one string, or a file's name: these settings keep neither the types nor the order of JSON inside theirs.");
        if (!Known.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new StartRefusedException($"{called} is not a setting of a mapping; those are {FileName}, {string.Join(", ", Known)} (under {_key}).");
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the reason is that a file can't be read, it is the operator's to mend.")]
    private static byte[] ReadFile(string key, string file, string folder)
    {
        try
        {
            var path = Path.Combine(folder, file);
            if (new FileInfo(path).Length > FormatLimits.MessageBytesMax)
                throw new IOException($"it has more than {FormatLimits.MessageBytesMax} bytes.");
            var octets = File.ReadAllBytes(path);
            return octets.AsSpan().StartsWith(Utf8Mark) ? octets[Utf8Mark.Length..] : octets; // some editors put it there

        }
        catch (Exception unreadable)
        {
            throw new StartRefusedException($"{key} must be JSON or name a file that can be read, and is \"{file}\": {unreadable.Message.ReplaceLineEndings(" ")}", unreadable);
        }
    }
}
