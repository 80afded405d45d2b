using System.Globalization;
using System.Text.Json;

namespace GpuCredit.Host.Http;

/// <summary>
/// Whole numbers as the API writes them: JSON's grammar without fraction or exponent. Their ranges are the ledger's
/// rules, and aren't repeated here.
/// </summary>
internal static class WholeNumber
{
    /// <summary>
    /// Stands for every number that is too large to be held. No field admits it (amounts, lengths and revisions are never
    /// negative, ticks reach to ±2^53), so the ledger's own rule refuses it, in its own words.
    /// </summary>
    public const long BeyondAll = long.MinValue;

    /// <summary><see cref="BeyondAll"/>, where a field is an <see cref="int"/>.</summary>
    public const int BeyondAllInt32 = int.MinValue;

    /// <summary>False when the token at the reader isn't a whole number.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        if (reader.TokenType != JsonTokenType.Number || reader.ValueSpan.IndexOfAny(".eE"u8) >= 0)
            return false;
        if (!reader.TryGetInt64(out value))
            value = BeyondAll;
        return true;
    }

    public static int ToInt32(long value) => value is < int.MinValue or > int.MaxValue ? BeyondAllInt32 : (int)value;

    /// <summary>False when the text isn't a whole number: no plus, no leading zero, no space.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var digits = text.StartsWith('-') ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') || (digits.Length > 1 && digits[0] == '0'))
            return false;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            value = BeyondAll;
        return true;
    }
}
