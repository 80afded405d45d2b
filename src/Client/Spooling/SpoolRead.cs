namespace GpuCredit.Client.Spooling;

/// <summary>What stands at a place in a spool's file.</summary>
internal enum SpoolRead
{
    /// <summary>A whole record.</summary>
    Whole,

    /// <summary>The beginning of one, and then the end: it wasn't accepted, or was lost with the machine.</summary>
    Torn,

    /// <summary>Something else: somebody or something changed the file.</summary>
    Damaged,
}
