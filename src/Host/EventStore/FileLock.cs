using System.Globalization;
using System.Text;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// One Host for one data file. Two would each hold their own copy of every account: the unique key of the table keeps the
/// file right even then, but at every write one of the two fails.
/// </summary>
/// <remarks>
/// A file beside the database, held open with an exclusive lock that the operating system drops with the process, a
/// SIGKILL included. It isn't deleted afterwards: a process that has just opened it would then hold a lock that nobody
/// else sees. The database itself isn't locked, since reading it with other tools, backups among them, is welcome.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _held;

    private FileLock(FileStream held) => _held = held;

    public static FileLock Take(string databasePath)
    {
        // By whatever link the file is named, its lock has one place.
        var database = new FileInfo(databasePath).LinkTarget is null
            ? databasePath
            : File.ResolveLinkTarget(databasePath, returnFinalTarget: true)!.FullName;
        var path = database + ".lock";
        FileStream held;
        try
        {
            // No buffer: one would be written out again by Dispose, and fail again.
            held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            throw new StartRefusedException(
                $"{databasePath} is in use by another running Host (it holds {path}): end that one, or name another file in {EventStoreTarget.ConnectionStringKey}.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"{path} can't be written ({fault.Message.TrimEnd('.')}): give this user the right to write {Path.GetDirectoryName(path)}, or name another file in {EventStoreTarget.ConnectionStringKey}.", fault);
        }

        try
        {
            // For whoever looks for the holder; nothing reads it. Of one width, so that no longer number shows through.
            held.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,10}\n")));
            return new FileLock(held);
        }
        catch (IOException fault)
        {
            held.Dispose();
            throw new StartRefusedException($"{path} can't be written ({fault.Message.TrimEnd('.')}): make room on its disk, and start again.", fault);
        }
    }

    public void Dispose() => _held.Dispose();

    /// <summary>The lock is another's: EWOULDBLOCK on Linux and macOS, a sharing violation on Windows.</summary>
    private static bool IsHeld(IOException fault) => (fault.HResult & 0xFFFF) is 11 or 35 or 32;
}
