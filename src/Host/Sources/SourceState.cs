namespace GpuCredit.Host.Sources;

/// <summary>How a source is, at this node.</summary>
internal enum SourceState
{
    /// <summary>The broker hasn't been reached yet, since the start or since the end of a pause.</summary>
    Starting,

    /// <summary>Messages are taken as they come.</summary>
    Running,

    /// <summary>An operator said so, and what was under way is being finished.</summary>
    Pausing,

    /// <summary>An operator said so: nothing is taken here, other nodes take it.</summary>
    Paused,

    /// <summary>Something that was taken can't be stored now, here or as a dead letter; it is tried again, and not acknowledged.</summary>
    Waiting,

    /// <summary>The broker can't be reached; it is tried again for ever.</summary>
    Disconnected,

    /// <summary>The broker answers, and refuses what the settings ask for; it is asked again for ever, since the broker's side may be mended.</summary>
    Failed,
}
