using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using NATS.Client.Core;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>
/// A dead letter as JetStream takes it. A letter has more headers than the message had, and a message may have been as large as the
/// server takes them: then its bytes go in several letters, which say which part they are. The message's own headers are
/// left out of a letter that they would fill by themselves.
/// </summary>
internal static class NatsLetter
{
    /// <summary>Which part of how many, from 1: <c>1/2</c>. Only on letters that are parts.</summary>
    public const string PartHeader = DeadLetter.HeaderPrefix + "part";

    private const string StoredOnce = "Nats-Msg-Id";

    /// <summary>For the headers that differ between parts, and the frame around all headers.</summary>
    private const int Reserve = 256;

    public static IReadOnlyList<(NatsHeaders Headers, ReadOnlyMemory<byte> Body)> Write(DeadLetter letter, NatsHeaders? original, ReadOnlyMemory<byte> body, int payloadMax)
    {
        var headers = new List<KeyValuePair<string, StringValues>>();
        // What commands JetStream was meant for the message's own stream.
        headers.AddRange((original ?? []).Where(header => !DeadLetter.IsOurs(header.Key) && !header.Key.StartsWith("Nats-", StringComparison.OrdinalIgnoreCase)));
        if (Size(headers) > payloadMax / 2)
            headers.Clear();
        headers.AddRange(letter.Headers.Select(header => KeyValuePair.Create(header.Key, new StringValues(header.Value))));
        var room = Math.Max(1, payloadMax - Size(headers) - Reserve);
        var parts = Math.Max(1, (body.Length + room - 1) / room);
        var letters = new List<(NatsHeaders, ReadOnlyMemory<byte>)>(parts);
        for (var part = 1; part <= parts; part++)
        {
            var own = new NatsHeaders();
            foreach (var (name, value) in headers)
                own[name] = value;
            // The stream drops a letter that comes again within its window (2 minutes unless it says otherwise).
            own[StoredOnce] = parts == 1 ? letter.Id : Text($"{letter.Id}/{part}");
            if (parts > 1)
                own[PartHeader] = Text($"{part}/{parts}");
            letters.Add((own, body.Slice((part - 1) * room, Math.Min(room, body.Length - ((part - 1) * room)))));
        }

        return letters;
    }

    private static int Size(IEnumerable<KeyValuePair<string, StringValues>> headers) =>
        headers.Sum(header => header.Value.Sum(value => Encoding.UTF8.GetByteCount(header.Key) + Encoding.UTF8.GetByteCount(value ?? "") + ": \r\n".Length));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
