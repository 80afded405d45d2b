using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.EventStore;

/// <summary>The folder of the data file.</summary>
internal static class DataFolder
{
    /// <summary>
    /// Makes the file's folder at the first start. Only that one, never its parents: a mistyped path, or a disk that isn't
    /// mounted, must not become a new and empty ledger somewhere else.
    /// </summary>
    public static void Prepare(string path)
    {
        var folder = Path.GetDirectoryName(path)
            ?? throw new StartRefusedException($"{path} is a folder: name a file in {EventStoreTarget.ConnectionStringKey}.");
        if (Directory.Exists(path))
            throw new StartRefusedException($"{path} is a folder: name a file in {EventStoreTarget.ConnectionStringKey}.");
        if (Directory.Exists(folder))
            return;
        if (File.Exists(folder))
            throw new StartRefusedException($"{folder} is a file, and should be the folder of {Path.GetFileName(path)}: move it away, or name another folder in {EventStoreTarget.ConnectionStringKey}.");

        var parent = Path.GetDirectoryName(folder)!;
        if (!Directory.Exists(parent))
            throw new StartRefusedException($"{folder} can't be made, since {parent} does not exist: make it, or name another folder in {EventStoreTarget.ConnectionStringKey}.");

        try
        {
            Directory.CreateDirectory(folder);
            DirectorySync.Flush(parent);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{folder} can't be made ({fault.Message.TrimEnd('.')}): give this user the right to write {parent}, or name another folder in {EventStoreTarget.ConnectionStringKey}.", fault);
        }
    }
}
