using System.Collections.Immutable;
using System.Text.Json;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Where in a message a value stands.</summary>
/// <param name="Shown">As the mapping writes it.</param>
/// <param name="Root">Where it begins.</param>
/// <param name="Out">From an element: how many further out than the one that <c>Each</c> is at.</param>
/// <param name="Steps">The way; of a header its name alone.</param>
/// <param name="IsOptional">Written with a question mark: what isn't there counts as nothing (0 in a sum, no text).</param>
internal sealed record MappingPath(string Shown, PathRoot Root, int Out, ImmutableArray<PathStep> Steps, bool IsOptional)
{
    /// <summary>The value; null when nothing, or a null, stands there.</summary>
    public JsonElement? Find(in MappedMessage message) => Root == PathRoot.Header
        ? message.Headers.Find(Steps[0].Name!)
        : Start(message) is { } start ? FindIn(start) : null;

    /// <summary>False when it begins at what can't have its first step: a name in what isn't an object, an index in no array.</summary>
    public bool CanBegin(in MappedMessage message) => Root == PathRoot.Header || Steps.IsEmpty || Start(message)?.ValueKind == NeededKind;

    /// <summary>The rule for a record whose <c>When</c> can't be told without what should stand here.</summary>
    public string NeededByWhen(in MappedMessage message)
    {
        var what = CanBegin(message) ? "" : NeededKind == JsonValueKind.Object ? "be an object and " : "be an array and ";
        return $"must {what}have {Shown}, which the mapping's When looks at";
    }

    /// <summary>The value, seen from where the path begins.</summary>
    public JsonElement? FindIn(JsonElement at)
    {
        foreach (var (name, index) in Steps)
        {
            if (name is not null)
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                    return null;
            }
            else
            {
                if (at.ValueKind != JsonValueKind.Array || index >= at.GetArrayLength())
                    return null;
                at = at[index!.Value];
            }
        }

        return at.ValueKind == JsonValueKind.Null ? null : at;
    }

    /// <summary>A number, exactly as it is written; 0 when it is optional and isn't there.</summary>
    /// <returns>Null, or the rule that the message breaks.</returns>
    public string? TryNumber(in MappedMessage message, out ExactNumber number)
    {
        number = ExactNumber.Zero;
        if (Find(message) is not { } value)
            return IsOptional ? null : Missing;
        var isText = value.ValueKind == JsonValueKind.String;
        // A header has no types, so that there it says nothing that a number is written as text.
        var mayBeText = message.NumbersInStrings || Root == PathRoot.Header;
        if (value.ValueKind != JsonValueKind.Number && !(isText && mayBeText))
            return mayBeText ? $"must be a number at {Shown}" : $"must be a number with no quotes at {Shown}";
        return ExactNumber.TryParse(isText ? value.GetString() : value.GetRawText(), out number)
            ? null
            : $"must be a number of at most {ExactNumber.DigitsMax} digits at {Shown}";
    }

    /// <summary>A string, or a whole number as it is written; empty when it is optional and isn't there.</summary>
    /// <returns>Null, or the rule that the message breaks.</returns>
    public string? TryText(in MappedMessage message, out string text)
    {
        text = "";
        if (Find(message) is not { } value)
            return IsOptional ? null : Missing;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                text = value.GetString()!;
                return null;
            case JsonValueKind.Number when value.GetRawText() is var number && number.AsSpan().IndexOfAny(".eE") < 0:
                text = number;
                return null;
            default:
                return $"must be a string or a whole number at {Shown}";
        }
    }

    public string Missing => $"must be given at {Shown}";

    private JsonValueKind NeededKind => Steps[0].Name is null ? JsonValueKind.Array : JsonValueKind.Object;

    private JsonElement? Start(in MappedMessage message) => Root == PathRoot.Message ? message.Root
        : Out < message.Elements.Length ? message.Elements[^(Out + 1)]
        : null;
}
