namespace GpuCredit.Client;

/// <summary>Whether a buffer took an entry.</summary>
public enum AddResult
{
    /// <summary>It is the buffer's now, which sends it until it is decided.</summary>
    Accepted,

    /// <summary>The buffer is full; the entry is still the caller's.</summary>
    Full,

    /// <summary>The buffer is closed; the entry is still the caller's.</summary>
    Closed,
}
