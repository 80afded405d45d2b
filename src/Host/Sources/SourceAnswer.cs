using System.Text.Json.Serialization;

namespace GpuCredit.Host.Sources;

/// <summary>The sources of this node.</summary>
internal sealed record SourcesAnswer(IReadOnlyList<SourceAnswer> Sources);

/// <summary>One source, at this node and since its start.</summary>
/// <param name="Name">As in the settings.</param>
/// <param name="Kind">nats, rabbitmq or kafka.</param>
/// <param name="Address">The broker's.</param>
/// <param name="State">starting, running, pausing, paused, waiting, disconnected or failed.</param>
/// <param name="Lag">Messages that the broker still has for the source's group; <c>null</c> when that isn't known.</param>
/// <param name="EntriesPerSecond">Entries decided and acknowledged a second, over the last minute.</param>
/// <param name="InFlight">Messages taken and not yet acknowledged.</param>
/// <param name="Messages">Messages taken, those that were delivered again counted again.</param>
/// <param name="Recorded">Entries.</param>
/// <param name="Duplicate">Entries.</param>
/// <param name="Superseded">Entries.</param>
/// <param name="Rejected">Entries, those that couldn't be read included.</param>
/// <param name="Conflict">Entries.</param>
/// <param name="Late">Entries.</param>
/// <param name="Skipped">Records that are no entries, since the source's mapping passes over them (<c>Others</c>, <c>IfZero</c>).</param>
/// <param name="DeadLetters">Messages that went to the dead-letter place.</param>
/// <param name="Retries">How often a batch was sent to the accounts again, since some of it wasn't known to be stored.</param>
/// <param name="Warning">What should be mended at the broker although all works; <c>null</c> when there is nothing, or no connection.</param>
/// <param name="LastError">The last thing that went wrong; <c>null</c> when nothing has.</param>
internal sealed record SourceAnswer(
    string Name,
    string Kind,
    string Address,
    string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Lag,
    double EntriesPerSecond,
    int InFlight,
    long Messages,
    long Recorded,
    long Duplicate,
    long Superseded,
    long Rejected,
    long Conflict,
    long Late,
    long Skipped,
    long DeadLetters,
    long Retries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Warning,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] SourceErrorAnswer? LastError);

/// <summary>What went wrong, and when.</summary>
internal sealed record SourceErrorAnswer(DateTimeOffset At, string Detail);
