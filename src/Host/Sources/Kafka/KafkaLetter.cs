using System.Text;
using Confluent.Kafka;

namespace GpuCredit.Host.Sources.Kafka;

/// <summary>A dead letter as a topic takes it: headers and key leave at least half of a letter to its bytes, which go in parts where they don't fit.</summary>
internal static class KafkaLetter
{
    /// <summary>What a topic takes by default (<c>max.message.bytes</c>), all that is around a message included.</summary>
    public const int BytesMax = 1_048_588;

    /// <summary>A topic that takes less than this has no use; headers without the list of bad entries fit always.</summary>
    public const int BytesMin = 16 * 1024;

    /// <summary>For what is around a message, and its part.</summary>
    private const int Reserve = 512;

    /// <param name="letter">What is written.</param>
    /// <param name="original">The message.</param>
    /// <param name="bytesMax">What the topic takes.</param>
    public static IReadOnlyList<Message<byte[]?, byte[]?>> Write(DeadLetter letter, Message<byte[]?, byte[]?> original, int bytesMax)
    {
        // A key says where to, and isn't what was sent; one of such a size would leave no place for that.
        var key = original.Key?.Length > bytesMax / 4 ? null : original.Key;
        var taken = Reserve + (key?.Length ?? 0);
        var theirs = (original.Headers ?? []).Select(header => KeyValuePair.Create<string, byte[]?>(header.Key, header.GetValueBytes()));
        var headers = LetterFit.Headers<byte[]?>(letter, theirs, text => Encoding.ASCII.GetBytes(text), Size, (bytesMax / 2) - taken);
        var room = bytesMax - headers.Sum(Size) - taken;
        var letters = new List<Message<byte[]?, byte[]?>>();
        foreach (var (part, bytes) in LetterFit.Divide(original.Value, room))
        {
            var own = new Headers();
            foreach (var (name, value) in headers)
                own.Add(name, value);
            if (part is not null)
                own.Add(DeadLetter.PartHeader, Encoding.ASCII.GetBytes(part));
            letters.Add(new() { Key = key, Value = part is null ? original.Value : bytes.ToArray(), Headers = own });
        }

        return letters;
    }

    /// <summary>Two lengths of up to five bytes each.</summary>
    private static int Size(KeyValuePair<string, byte[]?> header) => 10 + Encoding.UTF8.GetByteCount(header.Key) + (header.Value?.Length ?? 0);
}
