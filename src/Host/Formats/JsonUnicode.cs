using System.Text.Json;
using System.Text.Unicode;

namespace GpuCredit.Host.Formats;

/// <summary>Whether every string and name of a JSON text is Unicode, so that reading none of them can throw.</summary>
internal static class JsonUnicode
{
    public const string Rule = "must be UTF-8, and its escapes Unicode";

    private static readonly JsonReaderOptions AsLenientAsAny = new() { CommentHandling = JsonCommentHandling.Skip };

    /// <summary>
    /// False for bytes that are no UTF-8, and for an escape of half a surrogate pair. The second is rare, so that only a text
    /// which escapes anything as <c>\u</c> is walked through. What isn't JSON at all is left to whoever parses it.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return false;
        if (json.IndexOf("\\u"u8) < 0)
            return true;
        var reader = new Utf8JsonReader(json, AsLenientAsAny);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        catch (JsonException)
        {
            return true;
        }

        return true;
    }
}
