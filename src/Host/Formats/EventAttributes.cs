using System.Buffers;

namespace GpuCredit.Host.Formats;

/// <summary>The attributes of one CloudEvent, in whichever mode it came. Extensions are allowed and not looked at.</summary>
internal sealed class EventAttributes
{
    public const string DataContentTypeName = "datacontenttype";

    private const string Once = "must be given once";

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    private HashSet<string>? _seen;

    public string? SpecVersion { get; private set; }

    public string? Id { get; private set; }

    public string? Source { get; private set; }

    public string? Type { get; private set; }

    public string? Subject { get; private set; }

    public string? Time { get; private set; }

    public string? DataContentType { get; private set; }

    /// <summary>
    /// Null when there may be an attribute of this name and it is the first; otherwise the rule it breaks. A name in capitals
    /// isn't taken for an extension: it would be a typo that nobody sees.
    /// </summary>
    public string? Declare(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Letters))
            return "is not a CloudEvents attribute (their names are lower-case letters and digits)";
        return (_seen ??= new(StringComparer.Ordinal)).Add(name) ? null : Once;
    }

    /// <summary>True when the attribute is one that is looked at: its value is text, or the event can't be read.</summary>
    public static bool IsKnown(string name) => name is "specversion" or "id" or "source" or "type" or "subject" or "time" or DataContentTypeName or "dataschema";

    public void Set(string name, string value)
    {
        switch (name)
        {
            case "specversion":
                SpecVersion = value;
                break;
            case "id":
                Id = value;
                break;
            case "source":
                Source = value;
                break;
            case "type":
                Type = value;
                break;
            case "subject":
                Subject = value;
                break;
            case "time":
                Time = value;
                break;
            case DataContentTypeName:
                DataContentType = value;
                break;
            default:
                break; // dataschema and the extensions say nothing that the ledger needs
        }
    }
}
