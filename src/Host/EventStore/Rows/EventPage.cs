namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Some of an account's events, in the order of their numbers. They are read by pages, so that who has few events doesn't wait for all
/// of who has many, and bounded in bytes, whatever an event has in it.
/// </summary>
/// <param name="rowsMax">Rows in it, at most.</param>
internal sealed class EventPage(int rowsMax)
{
    /// <summary>The row with which this is reached is the last.</summary>
    private const long BytesMax = 1 << 20;

    private readonly List<EventRow> _rows = [];
    private long _bytes;

    public IReadOnlyList<EventRow> Rows => _rows;

    /// <summary>True when no more may be added; then there may be more to read.</summary>
    public bool IsFull => _rows.Count >= rowsMax || _bytes >= BytesMax;

    public void Add(EventRow row)
    {
        _rows.Add(row);
        _bytes += row.Message.Length;
    }

    /// <summary>Page after page, each by a statement of its own that is left where the page is full.</summary>
    /// <param name="from">The first number.</param>
    /// <param name="to">The last number.</param>
    /// <param name="readAsync">Reads one page, which begins with the number it is given or, where there is none, the next.</param>
    public static async IAsyncEnumerable<IReadOnlyList<EventRow>> ReadAllAsync(long from, long to, Func<long, Task<EventPage>> readAsync)
    {
        while (from <= to)
        {
            var page = await readAsync(from);
            if (page.Rows.Count > 0)
                yield return page.Rows;
            if (!page.IsFull)
                yield break;
            from = page.Rows[^1].SequenceNr + 1;
        }
    }
}
