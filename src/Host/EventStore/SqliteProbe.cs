using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace GpuCredit.Host.EventStore;

/// <summary>Asks the data file itself.</summary>
internal sealed class SqliteProbe : EventStoreProbe
{
    private readonly SqliteConnectionStringBuilder _connection;

    public SqliteProbe(string connectionString, TimeProvider? time = null)
        : base(time)
    {
        // A connection of its own, opened anew each time: the pooled ones still answer when the file was moved away. It
        // waits for a lock for half of the time there is.
        _connection = new SqliteConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Mode = SqliteOpenMode.ReadWrite,
            DefaultTimeout = 1,
        };
    }

    // SQLite blocks its thread, and can't be cancelled.
    protected override Task<string?> AskNowAsync() => Task.FromResult(Ask());

    private string? Ask()
    {
        try
        {
            using var connection = new SqliteConnection(_connection.ConnectionString);
            connection.Open();
            Execute(connection, "PRAGMA busy_timeout=1000");
            if (Number(connection, "PRAGMA application_id") != SqliteFormat.ApplicationId)
                return "the file is not the event store any more";
            Execute(connection, "SELECT max(ordering) FROM journal");
            return CanWrite(connection);
        }
        catch (SqliteException fault)
        {
            return fault.Message;
        }
    }

    // The write lock is taken and given back: a read-only file, a lost folder and a lock that another program keeps are
    // seen, and nothing is written or synced. A full disk isn't seen here; its writes say so, and balances can still be read.
    private static string? CanWrite(SqliteConnection connection)
    {
        var before = Number(connection, "PRAGMA data_version");
        try
        {
            Execute(connection, "BEGIN IMMEDIATE");
            Execute(connection, "ROLLBACK");
            return null;
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode == raw.SQLITE_BUSY)
        {
            // No turn came. If others committed meanwhile, it's our own writer at work; if not, someone sits on the file.
            return Number(connection, "PRAGMA data_version") != before ? null : "the file is locked";
        }
    }

    private static void Execute(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string question)
    {
        using var command = connection.CreateCommand();
        command.CommandText = question;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
