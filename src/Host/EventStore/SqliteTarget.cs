using GpuCredit.Host.EventStore.Rows;
using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore;

/// <summary>One SQLite file, written by one process of one machine.</summary>
internal sealed class SqliteTarget : EventStoreTarget
{
    private readonly SqliteConnectionStringBuilder _connection;

    private SqliteTarget(SqliteConnectionStringBuilder connection) => _connection = connection;

    /// <summary>The database, as an absolute path.</summary>
    public string Path => _connection.DataSource;

    public override string Description => $"SQLite in {Path}";

    public override bool IsVolatile => false;

    public static SqliteTarget From(string? connectionString, string workingDirectory) =>
        new(SqliteConnectionRules.Read(connectionString, workingDirectory));

    public override async Task<OpenedEventStore> OpenAsync(Action<string>? tell = null, CancellationToken cancellation = default)
    {
        DataFolder.Prepare(Path);
        var held = FileLock.Take(Path);
        SqliteConnection? anchor = null;
        try
        {
            // The anchor stays open while the Host runs: the last connection to close would fold the write-ahead log into
            // the file and delete it, and the next write would make and sync a new one.
            anchor = new SqliteConnection(new SqliteConnectionStringBuilder(_connection.ConnectionString) { Pooling = false }.ConnectionString);
            await anchor.OpenAsync(cancellation);
            SqlitePragmas.Apply(anchor);
            SqliteFormat.Prepare(anchor, Path);
        }
        catch (SqliteException fault)
        {
            anchor?.Dispose();
            held.Dispose();
            throw SqliteFaults.Refusal(fault, Path);
        }
        catch
        {
            anchor?.Dispose();
            held.Dispose();
            throw;
        }

        // From here on the file is there. Were it taken away, a connection that made a new one would begin an empty ledger.
        var connectionString = new SqliteConnectionStringBuilder(_connection.ConnectionString) { Mode = SqliteOpenMode.ReadWrite }.ConnectionString;
        var threads = new OwnThreads("sqlite-plugin", OwnThreads.PluginCount);
        return new OpenedEventStore(
            this, ["store-sqlite.conf"], SqliteDataOptions.For(connectionString), new SqliteRows(connectionString), new SqliteProbe(connectionString), Close)
        {
            Threads = threads,
        };

        async ValueTask Close()
        {
            await threads.DisposeAsync();
            using (var pooled = new SqliteConnection(connectionString))
                SqliteConnection.ClearPool(pooled);
            anchor.Dispose();
            held.Dispose();
        }
    }
}
