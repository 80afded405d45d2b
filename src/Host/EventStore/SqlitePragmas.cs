using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore;

/// <summary>What every connection to the store is told when it's opened; SQLite keeps none of these in the file.</summary>
internal static class SqlitePragmas
{
    /// <summary>
    /// Pages of 4 KiB in the write-ahead log before a commit folds them into the file. It bounds the log, and what a start
    /// after a crash has to read.
    /// </summary>
    public const int CheckpointPages = 1_000;

    /// <summary>To what the log is cut after a checkpoint, when something held the checkpoints back and it grew past this.</summary>
    public const int LogBytesMax = 64 * 1024 * 1024;

    public static void Apply(DbConnection connection)
    {
        using var pragmas = connection.CreateCommand();
        pragmas.CommandText = Text(((SqliteConnection)connection).DefaultTimeout);
        pragmas.ExecuteNonQuery();
    }

    // synchronous=FULL: a commit has returned when the log is on disk. NORMAL would leave out exactly that sync.
    // busy_timeout: SQLite's own wait for a lock begins at 1 ms; without it Microsoft.Data.Sqlite looks every 150 ms.
    private static string Text(int busySeconds) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
         PRAGMA busy_timeout={busySeconds * 1_000};
         PRAGMA synchronous=FULL;
         PRAGMA wal_autocheckpoint={CheckpointPages};
         PRAGMA journal_size_limit={LogBytesMax};
         """);
}
