using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.EventStore;

/// <summary>Which event store the settings name. Making one touches no file and no network; <see cref="OpenAsync"/> does.</summary>
internal abstract class EventStoreTarget
{
    public const string StoreKey = "GpuCredit:Store";
    public const string ConnectionStringKey = "GpuCredit:ConnectionString";

    /// <summary>For the log, without secrets: "SQLite in /srv/data/gpucredit.db".</summary>
    public abstract string Description { get; }

    /// <summary>
    /// True where the store can be seen from this machine alone, so that every node must be this one: a cluster with
    /// foreign seeds is refused.
    /// </summary>
    public abstract bool IsPerMachine { get; }

    /// <summary>True where nothing outlives the process; the log says so at start.</summary>
    public abstract bool IsVolatile { get; }

    /// <summary>The target that the settings name.</summary>
    /// <param name="store">GpuCredit:Store; null is the default, sqlite.</param>
    /// <param name="connectionString">GpuCredit:ConnectionString; null or blank is the store's default.</param>
    /// <param name="workingDirectory">What a relative path is relative to; itself absolute.</param>
    /// <exception cref="StartRefusedException">The settings are wrong.</exception>
    public static EventStoreTarget From(string? store, string? connectionString, string workingDirectory) => store switch
    {
        null or "sqlite" => SqliteTarget.From(connectionString, workingDirectory),
        "memory" => MemoryTarget.From(connectionString),
        "postgres" => throw new StartRefusedException(
            $"{StoreKey} is 'postgres', which this version does not have yet: use 'sqlite' or 'memory'."),
        _ => throw new StartRefusedException($"{StoreKey} is '{store}', and must be one of 'sqlite', 'postgres', 'memory'."),
    };

    /// <summary>Makes the store ready (folder, file, tables) and holds it until the result is disposed.</summary>
    /// <exception cref="StartRefusedException">The store can't be used; the sentence says why, and what to do.</exception>
    public abstract Task<OpenedEventStore> OpenAsync(CancellationToken cancellation = default);
}
