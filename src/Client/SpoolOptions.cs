using GpuCredit.Client.Spooling;

namespace GpuCredit.Client;

/// <summary>Files that keep a buffer's entries until they are decided, across restarts of the caller.</summary>
public sealed class SpoolOptions
{
    /// <summary>A folder of its own, made when missing. One buffer at a time works on it; a second one is refused.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Bytes of all its files; beyond them the buffer is full. 256 MiB.</summary>
    public long BytesMax { get; set; } = 256 * 1024 * 1024;

    /// <summary>Bytes of one file: what is decided is deleted file by file. 8 MiB; at most half of <see cref="BytesMax"/>.</summary>
    public long SegmentBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>What accepting an entry promises. <see cref="SpoolDurability.Written"/>.</summary>
    public SpoolDurability Durability { get; set; } = SpoolDurability.Written;

    /// <summary>How long an entry may be only in memory, when <see cref="SpoolDurability.Buffered"/>. 100 ms.</summary>
    public TimeSpan WriteDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>For tests: how what isn't empty comes into a file.</summary>
    internal SpoolWrite Write { get; set; } = RandomAccess.Write;

    internal void Check()
    {
        OptionRules.Require(!string.IsNullOrWhiteSpace(Folder), "Spool.Folder", "must name a folder");
        OptionRules.Require(SegmentBytes is >= 64 * 1024 and <= 1024 * 1024 * 1024, "Spool.SegmentBytes", "must be 64 KiB to 1 GiB");
        OptionRules.Require(BytesMax >= 2 * SegmentBytes, "Spool.BytesMax", "must be at least twice Spool.SegmentBytes");
        OptionRules.Require(
            Durability is SpoolDurability.Buffered or SpoolDurability.Written or SpoolDurability.Synced, "Spool.Durability", "must be Buffered, Written or Synced");
        OptionRules.Require(WriteDelay > TimeSpan.Zero && WriteDelay <= TimeSpan.FromMinutes(1), "Spool.WriteDelay", "must be more than 0, and at most a minute");
    }
}
