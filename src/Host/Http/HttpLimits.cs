namespace GpuCredit.Host.Http;

/// <summary>Every bound of the HTTP door, in one place. The bounds of values are the ledger's.</summary>
internal static class HttpLimits
{
    /// <summary>The body of one credit or usage.</summary>
    public const int EntryBytesMax = 64 * 1024;

    /// <summary>The body of <c>POST /v1/entries</c>.</summary>
    public const int BatchBytesMax = 8 * 1024 * 1024;

    /// <summary>The entries of <c>POST /v1/entries</c>.</summary>
    public const int BatchEntriesMax = 10_000;

    /// <summary>Requests being answered at once; beyond them 503 at once, since waiting in a queue would only be slower.</summary>
    public const int RequestsInFlightMax = 1_024;

    /// <summary>Batches at once, beside those, each of which may hold <see cref="BatchBytesMax"/> in memory.</summary>
    public const int BatchesInFlightMax = 64;

    public const int ConnectionsMax = 10_000;

    /// <summary>The request line: an account id of 128 characters, each percent-encoded, and a query.</summary>
    public const int RequestLineBytesMax = 8 * 1024;

    public const int HeadersBytesMax = 16 * 1024;

    public const int HeadersMax = 64;

    /// <summary>When a 503 says to come back.</summary>
    public const int RetryAfterSeconds = 1;

    /// <summary>Time for a request's headers to arrive.</summary>
    public static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A connection that asks nothing is closed after this.</summary>
    public static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);
}
