namespace GpuCredit.Host.Http;

/// <summary>
/// RFC 3339 times as Unix milliseconds, exactly: nothing is rounded, so what a tick can't say is refused. Written by hand
/// because <see cref="DateTimeOffset"/> takes far more than the grammar, has no year 0 and rounds what is too fine.
/// </summary>
/// <remarks>Source: RFC 3339 §5.6 (T and Z in either case, the offset required; −00:00 is UTC) and §5.7 (days of a month).</remarks>
internal static class Rfc3339
{
    private const string NotATime = "must be a whole number of ticks, or an RFC 3339 time with its offset, such as \"2026-01-31T12:00:00Z\"";
    private const string TooFine = "must have no digit other than 0 below the millisecond";
    private const string LeapSecond = "must not be a leap second (:60), which no tick can name";

    private const int DateTimeChars = 19; // 2026-01-31T12:00:00

    /// <summary>Null when <paramref name="text"/> is a time; otherwise the rule that it breaks, a sentence without its subject.</summary>
    public static string? TryParse(ReadOnlySpan<char> text, out long unixMs)
    {
        if (Parse(text, out unixMs, out var isTooFine) is { } rule)
            return rule;
        return isTooFine ? TooFine : null;
    }

    /// <summary>As <see cref="TryParse"/>, and what lies below the millisecond is cut off: the millisecond that the time lies in.</summary>
    public static string? TryParseCut(ReadOnlySpan<char> text, out long unixMs) => Parse(text, out unixMs, out _);

    private static string? Parse(ReadOnlySpan<char> text, out long unixMs, out bool isTooFine)
    {
        (unixMs, isTooFine) = (0, false);
        if (text.Length <= DateTimeChars
            || !TryDigits(text, 0, 4, out var year) || text[4] != '-'
            || !TryDigits(text, 5, 2, out var month) || text[7] != '-'
            || !TryDigits(text, 8, 2, out var day) || text[10] is not ('T' or 't')
            || !TryDigits(text, 11, 2, out var hour) || text[13] != ':'
            || !TryDigits(text, 14, 2, out var minute) || text[16] != ':'
            || !TryDigits(text, 17, 2, out var second)
            || month is < 1 or > 12 || day < 1 || day > DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return NotATime;
        }

        var rest = text[DateTimeChars..];
        if (!TryFraction(ref rest, out var ms, out isTooFine) || !TryOffset(rest, out var offsetMinutes))
            return NotATime;
        if (second == 60)
            return LeapSecond;
        var minutes = ((DaysSinceEpoch(year, month, day) * 24) + hour) * 60 + minute - offsetMinutes;
        unixMs = ((minutes * 60) + second) * 1000 + ms;
        return null;
    }

    private static bool TryFraction(ref ReadOnlySpan<char> rest, out int ms, out bool isTooFine)
    {
        (ms, isTooFine) = (0, false);
        if (rest.IsEmpty || rest[0] != '.')
            return true;
        var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
        if (digits < 1)
            return false; // no digit, or nothing after them: the offset is missing
        for (var i = 0; i < 3; i++)
            ms = (ms * 10) + (i < digits ? rest[1 + i] - '0' : 0);
        isTooFine = digits > 3 && rest[4..(1 + digits)].ContainsAnyExcept('0');
        rest = rest[(1 + digits)..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z")
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':'
            || !TryDigits(text, 1, 2, out var hour) || !TryDigits(text, 4, 2, out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        minutes = (hour * 60) + minute;
        if (text[0] == '-')
            minutes = -minutes;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, int at, int count, out int value)
    {
        value = 0;
        foreach (var digit in text.Slice(at, count))
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            value = (value * 10) + (digit - '0');
        }

        return true;
    }

    private static int DaysInMonth(int year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    private static bool IsLeap(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    /// <summary>Days from 1970-01-01 in the proleptic Gregorian calendar. Years begin in March here, so that a leap day is a year's last.</summary>
    private static long DaysSinceEpoch(int year, int month, int day)
    {
        var marchYear = (month > 2 ? year : year - 1) + 400; // + 400: year 0's January stays positive; 400 years repeat exactly
        var dayOfYear = ((153 * ((month + 9) % 12)) + 2) / 5 + day - 1;
        var days = (marchYear * 365L) + (marchYear / 4) - (marchYear / 100) + (marchYear / 400) + dayOfYear;
        return days - 146_097 - 719_468;
    }
}
