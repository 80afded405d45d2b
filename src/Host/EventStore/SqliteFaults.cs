using GpuCredit.Host.Hosting;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace GpuCredit.Host.EventStore;

/// <summary>SQLite's faults at the start, as sentences for the operator.</summary>
internal static class SqliteFaults
{
    public static StartRefusedException Refusal(SqliteException fault, string path) => new(
        fault.SqliteErrorCode switch
        {
            raw.SQLITE_NOTADB => $"{path} is not a SQLite database: name another file in {EventStoreTarget.ConnectionStringKey}.",
            raw.SQLITE_CORRUPT => $"{path} is damaged: restore it from a backup.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"{path} is locked by another program (a shell, a backup): end it, and start again.",
            raw.SQLITE_FULL => $"The disk that holds {path} is full: make room, and start again.",
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
                $"{path} can't be written: give this user the right to write the file and its folder, or name another file in {EventStoreTarget.ConnectionStringKey}.",
            raw.SQLITE_CANTOPEN =>
                $"{path} can't be opened: give this user the right to read and write the file and its folder, or name another file in {EventStoreTarget.ConnectionStringKey}.",
            // Also what a full disk comes as, where SQLite had to make its index of the write-ahead log.
            raw.SQLITE_IOERR => $"{path} can't be read or written ({fault.Message.TrimEnd('.')}): see that its disk is whole and has room, and start again.",
            _ => $"{path} can't be used as the event store ({fault.Message.TrimEnd('.')}): mend it, or name another file in {EventStoreTarget.ConnectionStringKey}.",
        },
        fault);
}
