namespace EndToEnd.Tests.Durability;

/// <summary>
/// Judges a trace: between the arrival of an entry and its acknowledgement, its bytes were written to a file of the
/// store, and after that the file was synced with success.
/// </summary>
internal static class SyncChecker
{
    /// <summary>What is wrong with the way in which an entry was stored.</summary>
    /// <param name="calls">The trace.</param>
    /// <param name="storeFolder">The folder of the store's files.</param>
    /// <param name="id">The entry's id, found in the request and (as it is stored readable) in the bytes that are written.</param>
    /// <returns>A sentence, or <c>null</c> when all is well.</returns>
    public static string? FaultOf(IReadOnlyList<SystemCall> calls, string storeFolder, string id)
    {
        if (calls.FirstOrDefault(call => IsReceive(call) && Carries(call, id)) is not { } arrival)
            return $"{id}: its request isn't in the trace";
        if (calls.FirstOrDefault(call => IsSend(call) && call.File == arrival.File && call.Started > arrival.Ended) is not { } answer)
            return $"{id}: its answer isn't in the trace";
        if (!answer.Arguments.Contains("\"HTTP/1.1 20", StringComparison.Ordinal))
            return $"{id}: its answer is no acknowledgement";

        var writes = calls
            .Where(call => IsWrite(call) && IsIn(call.File, storeFolder) && Carries(call, id)
                && call.Started > arrival.Ended && call.Ended < answer.Started)
            .ToList();
        if (writes.Count == 0) return $"{id}: acknowledged without having been written to the store";

        var isSynced = writes.Any(write => calls.Any(sync => IsSync(sync) && sync.File == write.File && sync.Result == 0
            && sync.Started > write.Ended && sync.Ended < answer.Started));
        return isSynced ? null : $"{id}: acknowledged without a successful sync of {writes[0].File} after it was written";
    }

    public static bool IsSync(SystemCall call) => call.Name is "fsync" or "fdatasync";

    private static bool IsReceive(SystemCall call) => call.Name is "recvfrom" or "recvmsg" && IsSocket(call);

    private static bool IsSend(SystemCall call) => call.Name is "sendto" or "sendmsg" or "write" or "writev" && IsSocket(call);

    private static bool IsWrite(SystemCall call) => call.Name is "write" or "writev" or "pwrite64" or "pwritev" && !IsSocket(call);

    private static bool IsSocket(SystemCall call) => call.File.StartsWith("TCP:", StringComparison.Ordinal);

    private static bool Carries(SystemCall call, string id) => call.Result > 0 && call.Arguments.Contains(id, StringComparison.Ordinal);

    private static bool IsIn(string file, string folder) => file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
