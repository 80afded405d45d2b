using System.Globalization;

namespace GpuCredit.Host.Sources;

/// <summary>
/// How a dead letter is made to fit what its broker takes, whatever the broker. A letter has more headers than the message had, and a
/// message may have been as large as the broker takes them: then its bytes go in several letters, which say which part they are
/// (<see cref="DeadLetter.PartHeader"/>). Where the headers would take more than they may, the list of bad entries is cut to its first
/// <see cref="DescribedFirst"/>; then the message's own headers are left out; and then as many of the list as needed. What it leaves out is counted
/// (<see cref="DeadLetter.LeftOutHeader"/>).
/// </summary>
internal static class LetterFit
{
    /// <summary>So many bad entries are described one by one before the message's own headers find room.</summary>
    public const int DescribedFirst = 16;

    /// <summary>What the whole list may take, whatever the broker: a header is for looking at.</summary>
    public const int ListCharsMax = 32 * 1024;

    /// <param name="letter">What is written.</param>
    /// <param name="original">The message's own headers, as far as they may be carried on.</param>
    /// <param name="write">A text as this broker's headers have it.</param>
    /// <param name="size">What a header takes on the wire.</param>
    /// <param name="sizeMax">What all of them may take.</param>
    public static List<KeyValuePair<string, T>> Headers<T>(
        DeadLetter letter, IEnumerable<KeyValuePair<string, T>> original, Func<string, T> write, Func<KeyValuePair<string, T>, int> size, int sizeMax)
    {
        var ours = letter.Headers.Select(Write).ToList();
        var theirs = original.Where(header => !DeadLetter.IsOurs(header.Key)).ToList();
        var left = sizeMax - ours.Sum(size) - size(Write(new(DeadLetter.EntriesHeader, ""))) - size(Write(LeftOut(letter.Entries.Count)));
        var leftBeside = left - theirs.Sum(size);
        var alone = letter.Describe(Math.Min(left, ListCharsMax));
        var (list, count) = letter.Describe(Math.Min(leftBeside, ListCharsMax));
        if (leftBeside < 0 || count < Math.Min(alone.Count, DescribedFirst))
        {
            theirs = [];
            (list, count) = alone;
        }

        if (count > 0)
            ours.Add(Write(new(DeadLetter.EntriesHeader, list)));
        if (count < letter.Entries.Count)
            ours.Add(Write(LeftOut(letter.Entries.Count - count)));
        return [.. theirs, .. ours];

        // Printable ASCII, so that a character is a byte to every broker.
        KeyValuePair<string, T> Write(KeyValuePair<string, string> header) => new(header.Key, write(header.Value));
    }

    private static KeyValuePair<string, string> LeftOut(int count) => new(DeadLetter.LeftOutHeader, count.ToString(CultureInfo.InvariantCulture));

    /// <summary>All bytes in order, <paramref name="room"/> at most at a time, each with its part's header; null for what is whole.</summary>
    public static IEnumerable<(string? Part, ReadOnlyMemory<byte> Bytes)> Divide(ReadOnlyMemory<byte> body, int room)
    {
        var parts = Math.Max(1, (int)(((long)body.Length + room - 1) / room));
        for (var part = 1; part <= parts; part++)
        {
            var start = (part - 1) * room;
            yield return (parts == 1 ? null : string.Create(CultureInfo.InvariantCulture, $"{part}/{parts}"), body.Slice(start, Math.Min(room, body.Length - start)));
        }
    }
}
