using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using NATS.Client.Core;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>
/// A dead letter as JetStream takes it. A letter has more headers than the message had, and a message may have been as large as the
/// server takes them: then its bytes go in several letters, which say which part they are. Headers leave at least half of a letter
/// to its bytes: where they would take more, the message's own are left out, and then the list of bad entries.
/// </summary>
internal static class NatsLetter
{
    /// <summary>Which part of how many, from 1: <c>1/2</c>. Only on letters that are parts.</summary>
    public const string PartHeader = DeadLetter.HeaderPrefix + "part";

    /// <summary>By it the stream drops a letter that comes again within its window (2 minutes unless it says otherwise).</summary>
    private const string StoredOnce = "Nats-Msg-Id";

    /// <summary>For the frame around all headers, the part, and the numbers behind the id.</summary>
    private const int Reserve = 256;

    /// <param name="letter">What is written.</param>
    /// <param name="original">The message's own headers.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="stored">When the stream took it: a stream that is made anew counts from 1 again, and its letters are others.</param>
    /// <param name="payloadMax">What the server takes, headers included.</param>
    public static IReadOnlyList<(NatsHeaders Headers, ReadOnlyMemory<byte> Body)> Write(
        DeadLetter letter, NatsHeaders? original, ReadOnlyMemory<byte> body, DateTimeOffset? stored, int payloadMax)
    {
        var id = Text($"{letter.Id}@{stored?.UtcTicks}");
        var headersMax = (payloadMax / 2) - Reserve - Size([new(StoredOnce, id)]);
        var headers = Headers(letter, original, headersMax);
        var room = Math.Max(1, payloadMax - Size(headers) - Reserve - Size([new(StoredOnce, id)]));
        var parts = Math.Max(1, (body.Length + room - 1) / room);
        var letters = new List<(NatsHeaders, ReadOnlyMemory<byte>)>(parts);
        for (var part = 1; part <= parts; part++)
        {
            var own = new NatsHeaders();
            foreach (var (name, value) in headers)
                own[name] = value;
            // A part is the same only if the whole is divided in the same way: the server may take more or less by the next try.
            own[StoredOnce] = parts == 1 ? id : Text($"{id}/{part}/{parts}/{room}");
            if (parts > 1)
                own[PartHeader] = Text($"{part}/{parts}");
            letters.Add((own, body.Slice((part - 1) * room, Math.Min(room, body.Length - ((part - 1) * room)))));
        }

        return letters;
    }

    private static List<KeyValuePair<string, StringValues>> Headers(DeadLetter letter, NatsHeaders? original, int sizeMax)
    {
        var ours = letter.Headers.Select(header => KeyValuePair.Create(header.Key, new StringValues(header.Value))).ToList();
        // What commands JetStream was meant for the message's own stream.
        var theirs = (original ?? []).Where(header => !DeadLetter.IsOurs(header.Key) && !header.Key.StartsWith("Nats-", StringComparison.OrdinalIgnoreCase)).ToList();
        if (Size(theirs) + Size(ours) <= sizeMax)
            return [.. theirs, .. ours];
        if (Size(ours) > sizeMax)
            ours.RemoveAll(header => header.Key == DeadLetter.EntriesHeader);
        return ours;
    }

    private static int Size(IEnumerable<KeyValuePair<string, StringValues>> headers) =>
        headers.Sum(header => header.Value.Sum(value => Encoding.UTF8.GetByteCount(header.Key) + Encoding.UTF8.GetByteCount(value ?? "") + ": \r\n".Length));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
