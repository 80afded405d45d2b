namespace GpuCredit.Client.Buffering;

/// <summary>Entries that are sent together, until each of them is decided.</summary>
internal sealed class Batch(Entry[] entries, Taken taken, Ticket ticket)
{
    private int _undecided = taken.Count;
    private int _toComplete = taken.Count;

    public Taken Taken => taken;

    public Ticket Ticket => ticket;

    /// <summary>Entries in one request; less once the server has said that it takes less.</summary>
    public int RequestMax { get; private set; } = taken.Count;

    /// <summary>Tries in a row that decided nothing.</summary>
    public int Failures { get; set; }

    public bool IsDecided => _undecided == 0;

    public int Undecided => _undecided;

    public ReadOnlyMemory<Entry> NextRequest() => entries.AsMemory(0, Math.Min(_undecided, RequestMax));

    public ReadOnlySpan<Entry> Left() => entries.AsSpan(0, _undecided);

    /// <summary>False when even one entry is too large.</summary>
    public bool TryShrink(int sent)
    {
        RequestMax = (sent + 1) / 2;
        return sent > 1;
    }

    /// <summary>Those of the last request that have an outcome but unavailable leave; the others stay in their order.</summary>
    public void Keep(ReadOnlySpan<bool> stays)
    {
        var kept = 0;
        for (var i = 0; i < _undecided; i++)
        {
            if (i >= stays.Length || stays[i])
                entries[kept++] = entries[i];
        }

        Array.Clear(entries, kept, _undecided - kept);
        _undecided = kept;
    }

    /// <summary>True for whoever completes the last ones: acknowledged, or given back.</summary>
    public bool Complete(int count) => count > 0 && Interlocked.Add(ref _toComplete, -count) == 0;
}
