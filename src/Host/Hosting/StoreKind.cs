namespace GpuCredit.Host.Hosting;

/// <summary>Where the event store keeps what was accepted.</summary>
internal enum StoreKind
{
    /// <summary>One SQLite file on this machine: one node.</summary>
    Sqlite,

    /// <summary>One PostgreSQL database, shared by the nodes of a cluster.</summary>
    Postgres,

    /// <summary>This process's memory: gone when it stops. For trials and tests.</summary>
    Memory,
}
