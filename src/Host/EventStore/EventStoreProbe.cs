using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// Whether the store can be read and written now. It asks the file itself, so that a dead store is seen also while no
/// account writes, and it stores nothing.
/// </summary>
internal sealed class EventStoreProbe
{
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly SqliteConnectionStringBuilder _connection;
    private readonly TimeProvider _time;
    private Task<string?>? _asked;

    public EventStoreProbe(string connectionString, TimeProvider? time = null)
    {
        // A connection of its own, opened anew each time: the pooled ones still answer when the file was moved away. It
        // waits for a lock for half of the time there is.
        _connection = new SqliteConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Mode = SqliteOpenMode.ReadWrite,
            DefaultTimeout = 1,
        };
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Null when the store answers; otherwise why it doesn't, in a few words. Ends within two seconds.</summary>
    /// <remarks>
    /// A disk that hangs keeps a thread, and SQLite can't be cancelled: so one question is under way at a time, and whoever
    /// comes meanwhile waits for the same one, as long as its own time lasts.
    /// </remarks>
    public async Task<string?> AskAsync(CancellationToken cancellation = default)
    {
        Task<string?> asked;
        lock (_gate)
        {
            if (_asked is null or { IsCompleted: true })
                _asked = Task.Run(Ask, CancellationToken.None);
            asked = _asked;
        }

        try
        {
            return await asked.WaitAsync(s_within, _time, cancellation);
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {s_within.TotalSeconds} s");
        }
    }

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
