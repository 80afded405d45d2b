namespace GpuCredit.Client.Buffering;

/// <summary>Where accepted entries wait: in memory, or in a spool. Every call is made under the buffer's lock, but <see cref="Take"/>.</summary>
internal interface IBacklog : IDisposable
{
    /// <summary>Entries that were there at the start, from before.</summary>
    long Recovered { get; }

    /// <summary>Bytes that count against the bound.</summary>
    long Bytes { get; }

    /// <summary>They outlive the process.</summary>
    bool IsKept { get; }

    /// <summary>False when it is full.</summary>
    /// <exception cref="IOException">The file can't be written; the entry isn't taken.</exception>
    bool TryAppend(in Entry entry);

    /// <summary>The oldest entries not taken yet. Only one takes at a time, and without the lock.</summary>
    /// <param name="into">As many as there is room for.</param>
    /// <exception cref="IOException">The file can't be read, or what is to be read can't be written.</exception>
    Taken Take(Span<Entry> into);

    /// <summary>These, in any order, are decided.</summary>
    void Decided(in Taken taken);

    /// <summary>Everything up to here, in the order of taking, is decided.</summary>
    void DecidedUpTo(in Taken last);
}

/// <summary>Some entries, taken from the backlog.</summary>
/// <param name="Count">How many.</param>
/// <param name="Bytes">That they count, where they count one by one.</param>
/// <param name="File">The spool's file in which the last of them ends.</param>
/// <param name="Offset">Where it ends there.</param>
internal readonly record struct Taken(int Count, long Bytes, long File = 0, long Offset = 0);
