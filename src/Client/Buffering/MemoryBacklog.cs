namespace GpuCredit.Client.Buffering;

/// <summary>Entries in memory: chunks that are used again, so that adding allocates nothing once it has warmed up.</summary>
internal sealed class MemoryBacklog(int entriesMax, long bytesMax, Lock gate) : IBacklog
{
    private const int ChunkEntries = 1_024;

    /// <summary>Empty chunks that are kept: what bursts of 64,000 entries need, 4 MiB.</summary>
    private const int SparesMax = 64;

    /// <summary>An entry's place in a chunk, and its two strings without their characters.</summary>
    private const int BytesAnEntry = 64 + (2 * 24);

    private readonly Queue<Entry[]> _chunks = new();
    private Entry[]? _last;
    private readonly Stack<Entry[]> _spares = new();
    private int _head;
    private int _tail = ChunkEntries;
    private long _waiting;
    private long _held;

    public long Recovered => 0;

    public long Bytes { get; private set; }

    public bool IsKept => false;

    public bool TryAppend(in Entry entry)
    {
        var bytes = BytesOf(in entry);
        if (_held == entriesMax || Bytes + bytes > bytesMax)
            return false;
        if (_tail == ChunkEntries)
        {
            if (!_spares.TryPop(out _last))
                _last = new Entry[ChunkEntries];
            _chunks.Enqueue(_last);
            _tail = 0;
        }

        _last![_tail++] = entry;
        _waiting++;
        _held++;
        Bytes += bytes;
        return true;
    }

    public Taken Take(Span<Entry> into)
    {
        lock (gate)
        {
            var count = (int)Math.Min(into.Length, _waiting);
            long bytes = 0;
            for (var i = 0; i < count; i++)
            {
                var chunk = _chunks.Peek();
                into[i] = chunk[_head];
                // The strings would otherwise live as long as the chunk.
                chunk[_head++] = default;
                bytes += BytesOf(in into[i]);
                if (_head == ChunkEntries)
                    DropChunk();
            }

            _waiting -= count;
            return new(count, bytes);
        }
    }

    public void Decided(in Taken taken)
    {
        _held -= taken.Count;
        Bytes -= taken.Bytes;
    }

    public void DecidedUpTo(in Taken last)
    {
        // Memory is given back entry by entry.
    }

    public void Dispose()
    {
        // Nothing is held but memory.
    }

    private static long BytesOf(in Entry entry) => BytesAnEntry + (2L * (entry.AccountId.Length + entry.Id.Length));

    private void DropChunk()
    {
        var empty = _chunks.Dequeue();
        if (_spares.Count < SparesMax)
            _spares.Push(empty);
        _head = 0;
        if (_chunks.Count == 0)
            _tail = ChunkEntries;
    }
}
