namespace GpuCredit.Host.Hosting;

/// <summary>Where the event store keeps what was accepted.</summary>
internal enum StoreKind
{
    /// <summary>One SQLite file on this machine: one node.</summary>
    Sqlite,

    /// <summary>This process's memory: gone when it stops. For trials and tests.</summary>
    Memory,
}
