using System.Globalization;

namespace GpuCredit.Host.Sources;

/// <summary>
/// How a dead letter is made to fit what its broker takes, whatever the broker. A letter has more headers than the message had, and a
/// message may have been as large as the broker takes them: then its bytes go in several letters, which say which part they are
/// (<see cref="DeadLetter.PartHeader"/>). Where the headers would take more than they may, the message's own are left out, and then
/// the list of bad entries.
/// </summary>
internal static class LetterFit
{
    /// <param name="letter">What is written.</param>
    /// <param name="original">The message's own headers, as far as they may be carried on.</param>
    /// <param name="write">A text as this broker's headers have it.</param>
    /// <param name="size">What a header takes on the wire.</param>
    /// <param name="sizeMax">What all of them may take.</param>
    public static List<KeyValuePair<string, T>> Headers<T>(
        DeadLetter letter, IEnumerable<KeyValuePair<string, T>> original, Func<string, T> write, Func<KeyValuePair<string, T>, int> size, int sizeMax)
    {
        var ours = letter.Headers.Select(header => KeyValuePair.Create(header.Key, write(header.Value))).ToList();
        var theirs = original.Where(header => !DeadLetter.IsOurs(header.Key)).ToList();
        if (theirs.Sum(size) + ours.Sum(size) <= sizeMax)
            return [.. theirs, .. ours];
        if (ours.Sum(size) > sizeMax)
            ours.RemoveAll(header => header.Key == DeadLetter.EntriesHeader);
        return ours;
    }

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
