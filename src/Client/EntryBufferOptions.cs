namespace GpuCredit.Client;

/// <summary>How much a buffer holds, and how it sends.</summary>
public sealed class EntryBufferOptions
{
    /// <summary>Entries in memory, those under way included. 100,000. With a spool its bytes are the bound instead.</summary>
    public int EntriesMax { get; set; } = 100_000;

    /// <summary>Bytes of memory that they may take, their ids included. 64 MiB. With a spool its bytes are the bound instead.</summary>
    public long BytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>What <c>AddAsync</c> does when the buffer is full: waits, unless said otherwise.</summary>
    public WhenFull WhenFull { get; set; } = WhenFull.Wait;

    /// <summary>Entries in one request: 1 to 10,000. 1,000.</summary>
    public int BatchEntriesMax { get; set; } = 1_000;

    /// <summary>How long an entry may wait for others to come with it, 0 or more. 50 ms.</summary>
    public TimeSpan BatchDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Requests under way at once: 1 to 64. 4.</summary>
    public int BatchesInFlightMax { get; set; } = 4;

    /// <summary>The pauses between tries, of which there is no greatest number here. 100 ms, doubling to 30 s.</summary>
    public RetryOptions Retry { get; set; } = new() { DelayMax = TimeSpan.FromSeconds(30) };

    /// <summary>
    /// Gets what can never succeed, and what was left in memory at the end: one entry at a time, each at least once. An entry
    /// counts as done only after this has returned, and nothing behind it waits for that until <see cref="RefusedMax"/> are
    /// waiting. Without it such an entry is an error in the log. An exception of its own is an error in the log as well. When the
    /// buffer closes it must return within 2 s each time, or the rest are errors in the log, and its token is cancelled.
    /// </summary>
    public Func<RefusedEntry, CancellationToken, ValueTask>? OnRefused { get; set; }

    /// <summary>Refused entries that may wait for <see cref="OnRefused"/>; beyond them sending waits. 10,000.</summary>
    public int RefusedMax { get; set; } = 10_000;

    /// <summary>
    /// How long disposing goes on sending what the buffer holds. 10 s. Giving back what is left then comes on top, and takes as long
    /// as <see cref="OnRefused"/> takes for all of it.
    /// </summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Makes the ids that callers don't; by default a UUID of version 7, from the buffer's clock and the system's randomness.</summary>
    public Func<string>? NewId { get; set; }

    /// <summary>Keeps entries in files until they are decided; null for memory only.</summary>
    public SpoolOptions? Spool { get; set; }

    internal void Check()
    {
        OptionRules.Require(EntriesMax >= 1, nameof(EntriesMax), "must be at least 1");
        OptionRules.Require(BytesMax >= 64 * 1024, nameof(BytesMax), "must be at least 64 KiB");
        OptionRules.Require(WhenFull is WhenFull.Wait or WhenFull.Refuse, nameof(WhenFull), "must be Wait or Refuse");
        OptionRules.Require(BatchEntriesMax is >= 1 and <= 10_000, nameof(BatchEntriesMax), "must be 1 to 10,000");
        OptionRules.Require(BatchDelay >= TimeSpan.Zero && BatchDelay <= TimeSpan.FromHours(1), nameof(BatchDelay), "must be 0 to an hour");
        OptionRules.Require(BatchesInFlightMax is >= 1 and <= 64, nameof(BatchesInFlightMax), "must be 1 to 64");
        OptionRules.Require(RefusedMax is >= 1 and <= 1_000_000, nameof(RefusedMax), "must be 1 to 1,000,000");
        OptionRules.Require(CloseTimeout >= TimeSpan.Zero && CloseTimeout <= TimeSpan.FromDays(1), nameof(CloseTimeout), "must be 0 to a day");
        Retry.Check(nameof(Retry));
        Spool?.Check();
    }
}
