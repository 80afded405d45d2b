namespace Postgres;

/// <summary>How a server ends; the names are pg_ctl's.</summary>
internal enum PostgresStop
{
    /// <summary>Transactions are rolled back, connections closed, everything written out.</summary>
    Fast,

    /// <summary>At once, as in a crash: the next start recovers from the write-ahead log.</summary>
    Immediate,
}
