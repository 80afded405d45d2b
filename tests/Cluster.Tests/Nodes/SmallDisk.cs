using System.Diagnostics;

namespace Cluster.Tests.Nodes;

/// <summary>A small file system in memory, which can be filled to its last byte.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    public static async Task<SmallDisk> MountAsync(int mebibytes)
    {
        var folder = Directory.CreateTempSubdirectory("gpucredit-disk-").FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "gpucredit-test", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Writes until nothing more can be written.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 1024 * 1024, 4096 })
        {
            var block = new byte[size];
            try
            {
                while (true) ballast.Write(block);
            }
            catch (IOException)
            {
                // Full, but for less than a block of this size.
            }
        }
    }

    public void Empty() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", Folder);
        Directory.Delete(Folder);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
