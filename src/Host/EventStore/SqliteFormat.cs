using System.Globalization;
using GpuCredit.Host.Hosting;
using Microsoft.Data.Sqlite;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// The tables, and the two numbers in the file's header that say whose they are and of which format.
/// </summary>
/// <remarks>
/// The tables are ours and not the plugin's automatic ones. Those come with two more indexes (created, sequence_number),
/// which nothing reads and every row pays for; and where the plugin is given a connection without a provider-name they come
/// without the unique key, which is the last guard against two live copies of one account.
/// </remarks>
internal static class SqliteFormat
{
    /// <summary>Raised whenever an older program could no longer read the file rightly.</summary>
    public const int Version = 1;

    /// <summary>"GpuC" in ASCII.</summary>
    public const int ApplicationId = 0x47707543;

    /// <summary>
    /// The columns that Akka.Persistence.Sql 1.5 reads and writes. <c>ordering</c> needs no AUTOINCREMENT, since no event
    /// is ever deleted. <c>tags</c> stays empty; the plugin's read journal looks into it.
    /// </summary>
    private const string Tables =
        """
        CREATE TABLE journal (
            ordering INTEGER NOT NULL PRIMARY KEY,
            created INTEGER NOT NULL,
            deleted BIT NOT NULL,
            persistence_id NVARCHAR(255) NOT NULL,
            sequence_number INTEGER NOT NULL,
            message VARBINARY NOT NULL,
            manifest NVARCHAR(500) NULL,
            identifier INTEGER NULL,
            writer_uuid NVARCHAR(128) NULL,
            CONSTRAINT UQ_journal UNIQUE (persistence_id, sequence_number));
        CREATE TABLE tags (
            ordering_id INTEGER NOT NULL,
            tag NVARCHAR(64) NOT NULL,
            sequence_nr INTEGER NOT NULL,
            persistence_id NVARCHAR(255) NOT NULL,
            CONSTRAINT PK_tags PRIMARY KEY (ordering_id, tag));
        CREATE TABLE snapshot (
            persistence_id NVARCHAR(255) NOT NULL,
            sequence_number INTEGER NOT NULL,
            created INTEGER NOT NULL,
            snapshot VARBINARY NULL,
            manifest NVARCHAR(500) NULL,
            serializer_id INTEGER NULL,
            CONSTRAINT PK_snapshot PRIMARY KEY (persistence_id, sequence_number));
        """;

    /// <summary>Makes the tables in a new file; in one that holds something, makes sure that it is ours and readable.</summary>
    /// <exception cref="StartRefusedException">It isn't.</exception>
    /// <exception cref="SqliteException">The file can't be read or written.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        // What the file is comes first: nothing is written to a file that isn't ours.
        var isNew = IsNew(connection, path);
        if (Ask(connection, "PRAGMA journal_mode=WAL") is not "wal")
        {
            throw new StartRefusedException(
                $"{path} can't have a write-ahead log where it lies (a network share?): name a file on a local disk in {EventStoreTarget.ConnectionStringKey}.");
        }

        // One transaction in both cases: a start is refused on a full disk or a read-only file, not the first entry.
        Write(connection, isNew ? Tables : "");
    }

    /// <summary>The tables alone, in a database that no other process and no other start will see.</summary>
    public static void PrepareVolatile(SqliteConnection connection) => Write(connection, Tables);

    private static bool IsNew(SqliteConnection connection, string path)
    {
        var application = Number(connection, "PRAGMA application_id");
        var version = Number(connection, "PRAGMA user_version");
        var tables = Number(connection, "SELECT count(*) FROM sqlite_master");
        if (application == 0 && version == 0 && tables == 0)
            return true;
        if (application != ApplicationId)
        {
            throw new StartRefusedException(
                $"{path} is another application's database: name another file in {EventStoreTarget.ConnectionStringKey}.");
        }

        return version switch
        {
            Version => false,
            > Version => throw new StartRefusedException(
                $"{path} has format {version}, and this version of GpuCredit reads up to format {Version}: start the version that wrote it, or a newer one."),
            _ => throw new StartRefusedException(
                $"{path} has format {version}, which no version of GpuCredit writes: restore it from a backup, or name another file in {EventStoreTarget.ConnectionStringKey}."),
        };
    }

    private static void Write(SqliteConnection connection, string tables)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var write = connection.CreateCommand();
        write.Transaction = transaction;
        write.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"{tables} PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version};");
        write.ExecuteNonQuery();
        transaction.Commit();
    }

    private static long Number(SqliteConnection connection, string question) =>
        Convert.ToInt64(Ask(connection, question), CultureInfo.InvariantCulture);

    private static object? Ask(SqliteConnection connection, string question)
    {
        using var ask = connection.CreateCommand();
        ask.CommandText = question;
        return ask.ExecuteScalar();
    }
}
