using GpuCredit.Host.EventStore.Rows;
using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// The same store in this process's memory, for trying out and for tests: SQLite's own in-memory files, so that events go
/// through the same serializer, plugin and tables as on disk. Akka's in-memory journal keeps the objects themselves, and
/// would hide an event that can't be stored.
/// </summary>
internal sealed class MemoryTarget : EventStoreTarget
{
    private static int s_opened;

    public override string Description => "memory (nothing outlives this process)";

    public override bool IsVolatile => true;

    public override async Task<OpenedEventStore> OpenAsync(Action<string>? tell = null, CancellationToken cancellation = default)
    {
        // A name that starts with / is shared by the connections of the process, without the shared cache, whose
        // read-uncommitted would show what isn't committed.
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = $"file:/gpucredit-{Interlocked.Increment(ref s_opened)}?vfs=memdb",
            DefaultTimeout = SqliteConnectionRules.BusySecondsDefault,
        }.ConnectionString;

        // The file lives as long as a connection to it is open.
        var anchor = new SqliteConnection(connectionString);
        await anchor.OpenAsync(cancellation);
        SqlitePragmas.Apply(anchor);
        SqliteFormat.PrepareVolatile(anchor);
        var threads = new OwnThreads("sqlite-plugin", OwnThreads.PluginCount);
        return new OpenedEventStore(
            this, ["store-memory.conf", "store-sqlite.conf"], SqliteDataOptions.For(connectionString), new SqliteRows(connectionString), new SqliteProbe(connectionString), Close)
        {
            Threads = threads,
        };

        async ValueTask Close()
        {
            await threads.DisposeAsync();
            anchor.Dispose();
            using var pooled = new SqliteConnection(connectionString);
            SqliteConnection.ClearPool(pooled);
        }
    }
}
