namespace GpuCredit.Host.Hosting;

/// <summary>Every line that the Host itself logs.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Information, "GpuCredit {Version} listens on {Urls} (gRPC: {GrpcUrl}, operators: {OpsUrl}); event store: {Store}")]
    public static partial void Listening(ILogger logger, string version, string urls, string grpcUrl, string opsUrl, string store);

    [LoggerMessage(2, LogLevel.Warning, "Nothing outlives this process: the event store is {Store}")]
    public static partial void StoreIsVolatile(ILogger logger, string store);

    [LoggerMessage(8, LogLevel.Error, "This node, {Self}, or whoever let it in, isn't on the roll of members any more: another has founded a cluster without it. It puts itself out")]
    public static partial void CrossedOff(ILogger logger, string self);

    [LoggerMessage(6, LogLevel.Warning, "{Warning}")]
    public static partial void StoreWarns(ILogger logger, string warning);

    [LoggerMessage(3, LogLevel.Information, "Stopping: no new requests are taken, those under way are finished")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(5, LogLevel.Error, "{Method} {Path} failed by a fault of ours")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception fault);

    [LoggerMessage(7, LogLevel.Information, "No cluster is alive over this event store: this node, {Self}, founds one")]
    public static partial void Founding(ILogger logger, string self);

    [LoggerMessage(9, LogLevel.Warning, "The roll of members in the event store can't be read or signed: {Why}. Tried again every second")]
    public static partial void RollFails(ILogger logger, string why);

    [LoggerMessage(10, LogLevel.Information, "The roll of members is read and signed again")]
    public static partial void RollWorks(ILogger logger);

    [LoggerMessage(12, LogLevel.Warning, "This node, {Self}, is no member yet. It asks {Asked}; on the roll of members {Signing} sign")]
    public static partial void NoMemberYet(ILogger logger, string self, string asked, string signing);

    [LoggerMessage(14, LogLevel.Error, "This node, {Self}, isn't let in by {Others}: they don't reach it, or took it for dead before it was a member. The process ends with code 3, for its supervisor to start it anew")]
    public static partial void NotLetIn(ILogger logger, string self, string others);

    [LoggerMessage(15, LogLevel.Error, "This node, {Self}, was let in a minute ago and isn't up: those who let it in have died, or don't reach one another. The process ends with code 3, for its supervisor to start it anew")]
    public static partial void NotMadeUp(ILogger logger, string self);

    [LoggerMessage(13, LogLevel.Error, "Another cluster lives over this event store ({Rivals}), and this node's, {Self}, is the one to go: it puts itself out")]
    public static partial void RivalsFound(ILogger logger, string self, string rivals);

    [LoggerMessage(11, LogLevel.Critical, "This node can't take part in the cluster any more, by a fault of ours, and ends")]
    public static partial void EntryFailed(ILogger logger, Exception fault);

    [LoggerMessage(6, LogLevel.Error, "The cluster has put this node out: it was silent for too long, or in the smaller part of a split, or downed by an operator. The process ends with code 3, for its supervisor to start it anew")]
    public static partial void PutOut(ILogger logger);

    [LoggerMessage(20, LogLevel.Information, "Source {Source} takes messages from {Address}")]
    public static partial void SourceConnected(ILogger logger, string source, string address);

    [LoggerMessage(21, LogLevel.Warning, "Source {Source} takes nothing from {Address}, and tries again: {Why}")]
    public static partial void SourceLost(ILogger logger, string source, string address, string why);

    [LoggerMessage(22, LogLevel.Information, "Source {Source} is paused at this node")]
    public static partial void SourcePaused(ILogger logger, string source);

    [LoggerMessage(23, LogLevel.Information, "Source {Source} goes on at this node")]
    public static partial void SourceResumed(ILogger logger, string source);

    [LoggerMessage(24, LogLevel.Error, "Source {Source}: the format failed on the message at {Position} by a fault of ours; the message becomes a dead letter")]
    public static partial void FormatFailed(ILogger logger, string source, string position, Exception fault);

    [LoggerMessage(25, LogLevel.Warning, "Source {Source}: {Warning}")]
    public static partial void SourceWarned(ILogger logger, string source, string warning);
}
