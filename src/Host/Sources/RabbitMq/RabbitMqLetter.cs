using System.Collections;
using System.Text;
using RabbitMQ.Client;

namespace GpuCredit.Host.Sources.RabbitMq;

/// <summary>
/// The headers of a dead letter as AMQP takes them: all in one frame, or the broker closes the connection. A body may have any number
/// of frames, so it is never divided.
/// </summary>
internal static class RabbitMqLetter
{
    /// <summary>A broker's frame is 128 KiB unless it says otherwise, and holds the other properties too.</summary>
    private const int SizeMax = 64 * 1024;

    /// <param name="letter">What is written.</param>
    /// <param name="original">The message's own headers.</param>
    /// <param name="frameMax">What the broker takes in one frame; 0 when it sets no bound.</param>
    public static Dictionary<string, object?> Headers(DeadLetter letter, IEnumerable<KeyValuePair<string, object?>>? original, uint frameMax)
    {
        // By these two the broker routes a copy wherever they say, such as to the queue that is read.
        var theirs = (original ?? []).Where(header => header.Key is not ("CC" or "BCC"));
        var sizeMax = frameMax == 0 ? SizeMax : (int)Math.Min(SizeMax, frameMax / 2);
        return new(LetterFit.Headers(letter, theirs, text => (object?)text, Size, sizeMax), StringComparer.Ordinal);
    }

    /// <summary>A name with its length in one byte, and a value with its kind.</summary>
    private static int Size(KeyValuePair<string, object?> header) => 1 + Encoding.UTF8.GetByteCount(header.Key) + 1 + SizeOf(header.Value);

    private static int SizeOf(object? value) => value switch
    {
        null => 0,
        byte[] bytes => 4 + bytes.Length,
        string text => 4 + Encoding.UTF8.GetByteCount(text),
        BinaryTableValue binary => 4 + binary.Bytes.Length,
        IDictionary<string, object?> table => 4 + table.Sum(Size),
        IEnumerable list => 4 + list.Cast<object?>().Sum(one => 1 + SizeOf(one)),
        // Numbers, times, yes and no.
        _ => 8,
    };
}
