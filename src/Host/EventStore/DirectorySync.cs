using System.Runtime.InteropServices;

namespace GpuCredit.Host.EventStore;

/// <summary>
/// Puts a folder's list of names on disk. SQLite does so for the folder of its file; the folder itself, when we made it, is
/// a name in its parent, and a power cut could take the whole ledger with it. .NET opens no folders.
/// </summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">It can't be.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return; // NTFS logs its own names.

        var handle = Open(folder, ReadOnly);
        if (handle < 0)
            throw Failed(folder);
        try
        {
            if (Sync(handle) != 0)
                throw Failed(folder);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failed(string folder) =>
        new($"{folder} can't be put on disk: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
