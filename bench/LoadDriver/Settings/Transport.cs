namespace LoadDriver.Settings;

/// <summary>By which call entries are sent; questions go over HTTP or gRPC to match.</summary>
internal enum Transport
{
    /// <summary>A post for each entry.</summary>
    Http,

    /// <summary><c>POST /v1/entries</c> with lines of NDJSON.</summary>
    Ndjson,

    /// <summary>A unary call for each entry, or <c>RecordEntries</c> for a batch.</summary>
    Grpc,

    /// <summary><c>StreamEntries</c>: a few streams that all callers share, one message for each batch.</summary>
    Stream,
}
