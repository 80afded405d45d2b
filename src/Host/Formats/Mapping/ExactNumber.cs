using System.Globalization;
using System.Numerics;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>
/// A decimal number, exactly: <see cref="Digits"/> / 10^<see cref="Scale"/>. Sums and products of what a message and a
/// mapping say are exact too, and can't overflow: both are bounded, so the digits are.
/// </summary>
/// <remarks><see cref="decimal"/> rounds a product that has more than 28 digits without a word, and a double nearly everything.</remarks>
internal readonly record struct ExactNumber(BigInteger Digits, int Scale)
{
    /// <summary>The digits of one number as it is written, and how far its exponent may move its point.</summary>
    public const int DigitsMax = 40;

    public static ExactNumber Zero => new(BigInteger.Zero, 0);

    /// <summary>JSON's grammar: no plus, no leading zero, no space. False as well when it has more than <see cref="DigitsMax"/> digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ExactNumber number)
    {
        number = Zero;
        var isNegative = text is ['-', ..];
        var rest = isNegative ? text[1..] : text;
        var whole = Digit(ref rest);
        if (whole.IsEmpty || (whole.Length > 1 && whole[0] == '0'))
            return false;
        ReadOnlySpan<char> fraction = [];
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = Digit(ref rest);
            if (fraction.IsEmpty)
                return false;
        }

        if (whole.Length + fraction.Length > DigitsMax || !TryExponent(rest, out var exponent))
            return false;
        var digits = BigInteger.Parse(string.Concat(whole, fraction), NumberStyles.None, CultureInfo.InvariantCulture);
        number = new ExactNumber(isNegative ? -digits : digits, fraction.Length).TimesTenTo(exponent);
        return true;
    }

    public static ExactNumber operator +(ExactNumber left, ExactNumber right)
    {
        var scale = Math.Max(left.Scale, right.Scale);
        return new(left.DigitsAt(scale) + right.DigitsAt(scale), scale);
    }

    public static ExactNumber operator -(ExactNumber number) => new(-number.Digits, number.Scale);

    public static ExactNumber operator *(ExactNumber left, ExactNumber right) => new(left.Digits * right.Digits, left.Scale + right.Scale);

    public ExactNumber TimesTenTo(int exponent) => exponent <= Scale
        ? this with { Scale = Scale - exponent }
        : new(Digits * BigInteger.Pow(10, exponent - Scale), 0);

    public bool IsSameAs(ExactNumber other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return DigitsAt(scale) == other.DigitsAt(scale);
    }

    /// <summary>False when it isn't whole and nothing may be rounded.</summary>
    public bool TryRound(Rounding rounding, out BigInteger whole)
    {
        if (Scale == 0)
        {
            whole = Digits;
            return true;
        }

        var unit = BigInteger.Pow(10, Scale);
        // Towards minus infinity, so that what is left over is never negative, also before 1970.
        whole = BigInteger.DivRem(Digits, unit, out var over);
        if (over.Sign < 0)
        {
            whole--;
            over += unit;
        }

        if (over.IsZero)
            return true;
        switch (rounding)
        {
            case Rounding.Exact:
                return false;
            case Rounding.Up:
                whole++;
                return true;
            case Rounding.Down:
                return true;
            case Rounding.HalfEven:
                var half = (over * 2).CompareTo(unit);
                if (half > 0 || (half == 0 && !whole.IsEven))
                    whole++;
                return true;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private BigInteger DigitsAt(int scale) => scale == Scale ? Digits : Digits * BigInteger.Pow(10, scale - Scale);

    private static ReadOnlySpan<char> Digit(scoped ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? rest : rest[..end];
        rest = rest[digits.Length..];
        return digits;
    }

    private static bool TryExponent(ReadOnlySpan<char> text, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty)
            return true;
        if (text[0] is not ('e' or 'E'))
            return false;
        var sign = text[1..] is ['+' or '-', ..] ? 1 : 0;
        var digits = text[(1 + sign)..];
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9')
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out exponent) || exponent > DigitsMax)
        {
            return false;
        }

        if (text[1] == '-')
            exponent = -exponent;
        return true;
    }
}
