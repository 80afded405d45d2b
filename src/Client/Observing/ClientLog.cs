using Microsoft.Extensions.Logging;

namespace GpuCredit.Client;

/// <summary>Every line that the client logs.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Entries} entries could not be sent ({Tries} tries so far), and will be tried again: {Reason}")]
    public static partial void SendFailed(this ILogger log, int entries, int tries, string reason);

    [LoggerMessage(2, LogLevel.Error, "Refused as {Status}, and nobody asked for refused entries: {Entry}: {Reason}")]
    public static partial void Refused(this ILogger log, Entry entry, OutcomeStatus status, string? reason);

    [LoggerMessage(3, LogLevel.Error, "The handler of refused entries failed; refused as {Status}: {Entry}: {Reason}")]
    public static partial void RefusedHandlerFailed(this ILogger log, Entry entry, OutcomeStatus status, string? reason, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "The handler of refused entries had no time left for one refused as {Status}: {Entry}: {Reason}")]
    public static partial void RefusedNotGivenBack(this ILogger log, Entry entry, OutcomeStatus status, string? reason);

    [LoggerMessage(5, LogLevel.Warning, "{Entries} entries were not acknowledged when the buffer closed; they are in the spool {Folder}")]
    public static partial void LeftInSpool(this ILogger log, long entries, string folder);

    [LoggerMessage(6, LogLevel.Error, "{Entries} entries were not acknowledged when the buffer closed; {NotGivenBack} could not be given back, and are in this log only")]
    public static partial void LeftInMemory(this ILogger log, long entries, long notGivenBack);

    [LoggerMessage(7, LogLevel.Error, "The spool can't be read now; it will be tried again")]
    public static partial void SpoolUnreadable(this ILogger log, Exception exception);

    [LoggerMessage(8, LogLevel.Information, "The spool {Folder} holds {Entries} entries from before")]
    public static partial void SpoolRecovered(this ILogger log, string folder, long entries);

    [LoggerMessage(9, LogLevel.Warning, "The spool's file {File} ends in the middle of an entry ({Bytes} bytes), which had not been accepted, or was lost with the machine")]
    public static partial void SpoolTorn(this ILogger log, string file, long bytes);

    [LoggerMessage(10, LogLevel.Error, "The spool's file {File} is damaged: {Bytes} bytes can't be read, and are kept in {Kept}")]
    public static partial void SpoolDamaged(this ILogger log, string file, long bytes, string kept);

    [LoggerMessage(11, LogLevel.Error, "The spool can't be written now")]
    public static partial void SpoolUnwritten(this ILogger log, Exception exception);

    [LoggerMessage(12, LogLevel.Error, "Sending {Entries} entries failed by a fault that nobody expected; they are held, and will be tried again")]
    public static partial void BatchFailed(this ILogger log, int entries, Exception exception);

    [LoggerMessage(13, LogLevel.Error, "{Entries} buffered entries could not be written to the spool when the buffer closed; {NotGivenBack} of them nobody got back, and they are in this log only")]
    public static partial void LeftUnwritten(this ILogger log, long entries, long notGivenBack);
}
