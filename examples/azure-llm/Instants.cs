using System.Globalization;

namespace AzureLlm;

/// <summary>The ledger's ticks: Unix milliseconds.</summary>
internal static class Instants
{
    /// <summary>
    /// The trace has 100 ns; what is below the millisecond is cut off (never rounded up, so that no request
    /// moves past the end of a credit). Requests may then share a tick: the ledger orders those by id.
    /// </summary>
    public static long Parse(string utc)
        => DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
}
