namespace CreditActors.Ledger;

/// <summary>What became of a write, for one entry.</summary>
public enum OutcomeStatus : byte
{
    /// <summary>New, or a higher revision than the one that stood; on disk.</summary>
    Recorded = 1,

    /// <summary>The same revision stands, with the same content.</summary>
    Duplicate = 2,

    /// <summary>A higher revision stands, whatever the content.</summary>
    Superseded = 3,

    /// <summary>The same revision stands, with other content; nothing changed.</summary>
    Conflict = 4,

    /// <summary>The entry breaks a rule of its values; nothing changed.</summary>
    Rejected = 5,

    /// <summary>The entry, or the edition that stands, lies before the horizon; nothing changed.</summary>
    Late = 6,

    /// <summary>Not known to be stored: send it again.</summary>
    Unavailable = 7,
}
