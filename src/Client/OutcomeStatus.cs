namespace GpuCredit.Client;

/// <summary>What became of an entry.</summary>
public enum OutcomeStatus
{
    /// <summary>New, or a higher revision than the one that stood; on disk before the answer.</summary>
    Recorded,

    /// <summary>The same revision stood already, with the same content.</summary>
    Duplicate,

    /// <summary>A higher revision stands, whatever the content.</summary>
    Superseded,

    /// <summary>The same revision stands with other content, which <see cref="EntryOutcome.Standing"/> shows; nothing changed.</summary>
    Conflict,

    /// <summary>It breaks a rule, <see cref="EntryOutcome.Rule"/> of <see cref="EntryOutcome.Field"/>; nothing changed.</summary>
    Rejected,

    /// <summary>It, or the edition that stands, is before the horizon; nothing changed.</summary>
    Late,

    /// <summary>Not known to be stored: send it again, which is always safe.</summary>
    Unavailable,
}
