namespace GpuCredit.Client;

/// <summary>What it means that a buffer with a spool has accepted an entry.</summary>
public enum SpoolDurability
{
    /// <summary>
    /// It is in memory, and written within <see cref="SpoolOptions.WriteDelay"/>. A killed process loses at most what was accepted
    /// in that time. The fastest. When the disk refuses what was accepted so, nothing more is accepted until it has it, and what it
    /// still refuses at the close is given to <see cref="EntryBufferOptions.OnRefused"/>.
    /// </summary>
    Buffered,

    /// <summary>
    /// It is written to the file: no end of the process loses it, a kill included. A machine that loses power or crashes may, as
    /// the operating system writes to the disk when it likes.
    /// </summary>
    Written,

    /// <summary>
    /// As <see cref="Written"/>; and <c>AddAsync</c> returns only when the disk was synced (one sync for all who wait), so that a
    /// crash of the machine doesn't lose it either. <c>Add</c>, which never waits, promises what <see cref="Written"/> does.
    /// </summary>
    Synced,
}
