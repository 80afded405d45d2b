using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PeerBench.Measuring;

/// <summary>What a durable write costs here, without any database: writes of a block, each followed by fdatasync.</summary>
internal static class DiskProbe
{
    private const int FillBytes = 256 << 20;

    public static IReadOnlyList<DiskRate> Run(string folder, TimeSpan each) =>
    [
        Measure("4 KiB, a file that grows", folder, each, 4096, fill: false),
        Measure("4 KiB, over blocks that are there", folder, each, 4096, fill: true),
        Measure("64 KiB, a file that grows", folder, each, 65536, fill: false),
    ];

    private static DiskRate Measure(string what, string folder, TimeSpan most, int blockBytes, bool fill)
    {
        var file = Path.Combine(folder, $"gpucredit-peers-disk-{Environment.ProcessId}");
        var block = new byte[blockBytes];
        Array.Fill(block, (byte)7);
        using var handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        if (fill)
            Fill(handle);
        var times = new List<long>();
        var clock = Stopwatch.StartNew();
        for (var at = 0L; clock.Elapsed < most; at += blockBytes)
        {
            if (fill && at + blockBytes > FillBytes)
                at = 0;
            var begun = Stopwatch.GetTimestamp();
            RandomAccess.Write(handle, block, at);
            Sync(handle);
            times.Add(Stopwatch.GetTimestamp() - begun);
        }

        return new DiskRate(what, times.Count / clock.Elapsed.TotalSeconds, Latency.Of(times));
    }

    private static void Fill(SafeFileHandle handle)
    {
        var zeros = new byte[1 << 20];
        for (var at = 0L; at < FillBytes; at += zeros.Length)
            RandomAccess.Write(handle, zeros, at);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>.NET's own flush is fsync, which writes a file's times as well; databases don't wait for those.</summary>
    private static void Sync(SafeFileHandle handle)
    {
        if (FileDataSync(handle) != 0)
            throw new Win32Exception();
    }

    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FileDataSync(SafeFileHandle handle);
}
