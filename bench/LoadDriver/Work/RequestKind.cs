namespace LoadDriver.Work;

/// <summary>What a request is for: each has latencies of its own.</summary>
internal enum RequestKind
{
    Credit,
    Usage,

    /// <summary>An entry stamped earlier than the latest usage that its account was sent.</summary>
    Late,

    /// <summary>An entry that was sent before.</summary>
    Repeat,

    /// <summary>Entries of all kinds.</summary>
    Batch,

    Ask,
}
