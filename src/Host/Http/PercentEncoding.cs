using System.Globalization;
using System.Text;

namespace GpuCredit.Host.Http;

/// <summary>Percent-encoding, decoded exactly once and strictly. A plus is a plus.</summary>
internal static class PercentEncoding
{
    public const string Rule = "must be percent-encoded correctly, and printable ASCII once decoded";

    /// <summary>Null when a percent sign isn't followed by two hexadecimal digits, or anything isn't ASCII.</summary>
    public static string? TryDecode(ReadOnlySpan<char> text)
    {
        if (Ascii.IsValid(text) && !text.Contains('%'))
            return text.ToString();
        var decoded = new char[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            int value = text[i];
            if (value == '%')
            {
                if (i + 2 >= text.Length || !byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                    return null;
                value = octet;
                i += 2;
            }

            if (value > 127)
                return null;
            decoded[length++] = (char)value;
        }

        return new string(decoded, 0, length);
    }
}
