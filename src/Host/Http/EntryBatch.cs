namespace GpuCredit.Host.Http;

/// <summary>
/// The entries of one request, in order. What can't be read stands in its place as a refusal, so that one bad line costs
/// only itself.
/// </summary>
/// <param name="Drafts">One for each element, or for each line that isn't blank.</param>
/// <param name="IsTooLong">There are more than allowed; the rest wasn't read, and nothing is to be done.</param>
/// <param name="IsNotAnArray">The body isn't a JSON array, so that its elements can't be told apart; nothing is to be done.</param>
internal readonly record struct EntryBatch(List<EntryDraft> Drafts, bool IsTooLong = false, bool IsNotAnArray = false)
{
    public delegate EntryDraft ElementReader(ReadOnlySpan<byte> element);

    public static EntryBatch ReadArray(ReadOnlySpan<byte> json, int entriesMax) => ReadArray(json, entriesMax, ReadEntry);

    public static EntryBatch ReadArray(ReadOnlySpan<byte> json, int entriesMax, ElementReader read)
    {
        var elements = new ArrayElements(json);
        var drafts = new List<EntryDraft>(Math.Min(json.Count((byte)'{'), entriesMax));
        while (elements.TryNext(out var element))
        {
            if (drafts.Count == entriesMax)
                return new(drafts, IsTooLong: true);
            drafts.Add(read(element));
        }

        return new(drafts, IsNotAnArray: elements.IsBroken);
    }

    public static EntryBatch ReadLines(ReadOnlySpan<byte> lines, int entriesMax)
    {
        var drafts = new List<EntryDraft>(Math.Min(lines.Count((byte)'\n') + 1, entriesMax));
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range].Trim(" \t\r"u8);
            if (line.IsEmpty)
                continue;
            if (drafts.Count == entriesMax)
                return new(drafts, IsTooLong: true);
            drafts.Add(ReadEntry(line));
        }

        return new(drafts);
    }

    private static EntryDraft ReadEntry(ReadOnlySpan<byte> element) => EntryJson.Read(element, EntryShape.WithAccount);
}
