using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using NATS.Client.Core;

namespace GpuCredit.Host.Sources.Nats;

/// <summary>A dead letter as JetStream takes it: headers leave at least half of a letter to its bytes, which go in parts where they don't fit.</summary>
internal static class NatsLetter
{
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
        var taken = Reserve + Size(new(StoredOnce, id));
        // What commands JetStream was meant for the message's own stream.
        var theirs = (original ?? []).Where(header => !header.Key.StartsWith("Nats-", StringComparison.OrdinalIgnoreCase));
        var headers = LetterFit.Headers(letter, theirs, text => new StringValues(text), Size, (payloadMax / 2) - taken);
        var room = Math.Max(1, payloadMax - headers.Sum(Size) - taken);
        var letters = new List<(NatsHeaders, ReadOnlyMemory<byte>)>();
        foreach (var (part, bytes) in LetterFit.Divide(body, room))
        {
            var own = new NatsHeaders();
            foreach (var (name, value) in headers)
                own[name] = value;
            // A part is the same only if the whole is divided in the same way: the server may take more or less by the next try.
            own[StoredOnce] = part is null ? id : Text($"{id}/{part}/{room}");
            if (part is not null)
                own[DeadLetter.PartHeader] = part;
            letters.Add((own, bytes));
        }

        return letters;
    }

    private static int Size(KeyValuePair<string, StringValues> header) =>
        header.Value.Sum(value => Encoding.UTF8.GetByteCount(header.Key) + Encoding.UTF8.GetByteCount(value ?? "") + ": \r\n".Length);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
