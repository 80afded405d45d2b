namespace GpuCredit.Client;

/// <summary>What an entry is.</summary>
public enum EntryKind
{
    /// <summary>Of no entry: <c>default(Entry)</c>.</summary>
    None,

    /// <summary>A grant of credits.</summary>
    Credit,

    /// <summary>Credits spent.</summary>
    Usage,
}
