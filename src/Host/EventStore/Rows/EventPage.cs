namespace GpuCredit.Host.EventStore.Rows;

/// <summary>
/// Some of an account's events, in the order of their numbers. They are read by pages, so that who has few events doesn't wait for all
/// of who has many, and bounded in bytes, whatever an event has in it.
/// </summary>
/// <param name="rowsMax">Rows in it, at most.</param>
/// <param name="bytesMax">The row with which this is reached is the last.</param>
internal sealed class EventPage(int rowsMax, long bytesMax = EventPage.BytesMax)
{
    /// <summary>What an account that wakes is sent at once beside its snapshot, at most; who has more after it reads on by whole pages.</summary>
    public const int FirstRowsMax = 512;

    /// <summary>The same in bytes.</summary>
    public const long FirstBytesMax = 256 << 10;

    private const long BytesMax = 1 << 20;

    private readonly List<EventRow> _rows = [];
    private int _count;
    private bool _isBroken;

    public IReadOnlyList<EventRow> Rows => _rows;

    /// <summary>How many bytes the events are.</summary>
    public long Bytes { get; private set; }

    /// <summary>The highest number in it, also of an event that is deleted; 0 when it is empty.</summary>
    public long Highest { get; private set; }

    /// <summary>True when no more may be added; then there may be more to read.</summary>
    public bool IsFull => _isBroken || _count >= rowsMax || Bytes >= bytesMax;

    /// <param name="row">The next.</param>
    /// <param name="isDeleted">It is there, but not to be given to anybody.</param>
    public void Add(EventRow row, bool isDeleted = false)
    {
        if (!isDeleted)
            _rows.Add(row);
        _count++;
        Bytes += row.Message.Length;
        Highest = row.SequenceNr;
    }

    /// <summary>The next can't be read. Whoever reads on will find out; those that are read together with it don't suffer for it.</summary>
    public void Break() => _isBroken = true;

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
            from = page.Highest + 1;
        }
    }
}
