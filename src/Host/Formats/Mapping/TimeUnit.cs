namespace GpuCredit.Host.Formats.Mapping;

/// <summary>How a foreign payload writes a time.</summary>
internal enum TimeUnit
{
    Rfc3339,
    UnixSeconds,
    UnixMilliseconds,
    UnixMicroseconds,
    UnixNanoseconds,
}
