using System.Text.Json;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>A time in a message, in the payload's own unit, as ticks: Unix milliseconds.</summary>
/// <param name="Path">Where it stands.</param>
/// <param name="Unit">How it is written.</param>
/// <param name="Rounding">What becomes of one that lies between two milliseconds: refused, or the one it lies in.</param>
internal sealed record MappingTime(MappingPath Path, TimeUnit Unit, Rounding Rounding)
{
    private const string TooFine = "must be a whole number of milliseconds";

    /// <returns>Null, or the rule that the message breaks.</returns>
    public string? TryRead(in MappedMessage message, out long ticks)
    {
        ticks = 0;
        if (Unit == TimeUnit.Rfc3339)
        {
            if (Path.Find(message) is not { } value)
                return Path.Missing;
            if (value.ValueKind != JsonValueKind.String)
                return $"must be an RFC 3339 string at {Path.Shown}";
            return Rounding == Rounding.Exact ? Rfc3339.TryParse(value.GetString(), out ticks) : Rfc3339.TryParseCut(value.GetString(), out ticks);
        }

        if (Path.TryNumber(message, out var time) is { } rule)
            return rule;
        if (!time.TimesTenTo(MillisecondDigits).TryRound(Rounding, out var ms))
            return $"{TooFine} at {Path.Shown}";
        ticks = MappingSum.ToInt64(ms);
        return null;
    }

    /// <summary>A millisecond is 10^-3 seconds, 10^3 microseconds…</summary>
    private int MillisecondDigits => Unit switch
    {
        TimeUnit.UnixSeconds => 3,
        TimeUnit.UnixMilliseconds => 0,
        TimeUnit.UnixMicroseconds => -3,
        TimeUnit.UnixNanoseconds => -6,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
