using System.Globalization;
using NATS.Client.JetStream.Models;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>Whether a stream that somebody else made may drop messages before they are read: an entry would be gone without a word.</summary>
internal static class NatsRetention
{
    /// <summary>What an operator is told of a stream that is read.</summary>
    /// <param name="stream">As the server tells it.</param>
    /// <returns>Null where it keeps every message until it is read.</returns>
    public static string? Warning(StreamConfig stream)
    {
        var why = new List<string>();
        if (stream.Storage == StreamConfigStorage.Memory)
            why.Add("storage memory");
        if (stream.MaxAge > TimeSpan.Zero)
            why.Add(string.Create(CultureInfo.InvariantCulture, $"MaxAge {stream.MaxAge.TotalSeconds:0.###} s"));
        var isOldDropped = stream.Discard == StreamConfigDiscard.Old;
        if (isOldDropped)
        {
            AddLimit(why, "MaxMsgs", stream.MaxMsgs);
            AddLimit(why, "MaxBytes", stream.MaxBytes);
        }

        // With Discard new, too, the limit of one subject makes room by dropping, unless it is told not to.
        if (isOldDropped || !stream.DiscardNewPerSubject)
            AddLimit(why, "MaxMsgsPerSubject", stream.MaxMsgsPerSubject);
        return why.Count == 0
            ? null
            : $"The server may drop messages of the stream {stream.Name} before they are read, since it has {string.Join(", ", why)}. "
            + "A stream that keeps them is stored in files and has no MaxAge, and no other limit or Discard new.";
    }

    private static void AddLimit(List<string> why, string name, long limit)
    {
        // 0 and -1 are no limit.
        if (limit > 0)
            why.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {limit}"));
    }
}
