using System.Diagnostics;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.EventStore;

/// <summary>Which event store the settings name. Making one touches no file and no network; <see cref="OpenAsync"/> does.</summary>
internal abstract class EventStoreTarget
{
    public static readonly string ConnectionStringKey = SettingsSection.Key("ConnectionString");

    /// <summary>For the log, without secrets: "SQLite in /srv/data/gpucredit.db".</summary>
    public abstract string Description { get; }

    /// <summary>True where nothing outlives the process; the log says so at start.</summary>
    public abstract bool IsVolatile { get; }

    /// <summary>The target that the settings name.</summary>
    /// <param name="store">GpuCredit:Store.</param>
    /// <param name="connectionString">GpuCredit:ConnectionString; null is the store's default.</param>
    /// <param name="workingDirectory">What a relative path is relative to; itself absolute.</param>
    /// <param name="shards">GpuCredit:Cluster:Shards, which a store of several nodes records.</param>
    /// <exception cref="StartRefusedException">The connection string is wrong.</exception>
    public static EventStoreTarget From(StoreKind store, string? connectionString, string workingDirectory, int shards) => store switch
    {
        StoreKind.Sqlite => SqliteTarget.From(connectionString, workingDirectory),
        StoreKind.Postgres => PostgresTarget.From(connectionString, shards),
        // It has no connection string; HostSettings refuses one.
        StoreKind.Memory => new MemoryTarget(),
        _ => throw new UnreachableException(),
    };

    /// <summary>Makes the store ready (folder, file, tables) and holds it until the result is disposed.</summary>
    /// <param name="tell">Told in a sentence what the start waits for, if it does.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StartRefusedException">The store can't be used; the sentence says why, and what to do.</exception>
    public abstract Task<OpenedEventStore> OpenAsync(Action<string>? tell = null, CancellationToken cancellation = default);
}
