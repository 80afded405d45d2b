namespace GpuCredit.Client.Spooling;

/// <summary>One buffer at a time works on a folder. The system lets go of the lock when its process ends, however it ends.</summary>
internal sealed class SpoolLock : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="IOException">Another buffer has it, or the folder can't be used.</exception>
    public SpoolLock(string folder)
    {
        var path = Path.Combine(folder, "lock");
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"Spool.Folder must be one buffer's own, and {path} can't be locked: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
