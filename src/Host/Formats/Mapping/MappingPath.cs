using System.Collections.Immutable;
using System.Text.Json;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Where in a message a value stands.</summary>
/// <param name="Shown">As the mapping writes it.</param>
/// <param name="IsFromElement">From the element that <c>Each</c> is at, rather than from the message.</param>
/// <param name="Steps">The way.</param>
/// <param name="IsOptional">Written with a question mark: what isn't there counts as nothing (0 in a sum, no text).</param>
internal sealed record MappingPath(string Shown, bool IsFromElement, ImmutableArray<PathStep> Steps, bool IsOptional)
{
    /// <summary>The value; null when nothing, or a null, stands there.</summary>
    public JsonElement? Find(in MappedMessage message)
    {
        var at = IsFromElement ? message.Element : message.Root;
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
        if (value.ValueKind != JsonValueKind.Number && !(isText && message.NumbersInStrings))
            return message.NumbersInStrings ? $"must be a number at {Shown}" : $"must be a number with no quotes at {Shown}";
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
}
