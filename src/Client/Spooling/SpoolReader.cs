using Microsoft.Win32.SafeHandles;

namespace GpuCredit.Client.Spooling;

/// <summary>Reads records from the spool's files in order. Only one reads.</summary>
internal sealed class SpoolReader : IDisposable
{
    private const int BytesAnEntry = 160;
    private const int PieceBytesMax = 256 * 1024;

    private readonly byte[] _piece = new byte[PieceBytesMax];
    private SafeFileHandle? _file;

    public SpoolSegment? Segment { get; private set; }

    public long Offset { get; private set; }

    public void Open(SpoolSegment segment)
    {
        var file = segment.OpenReader();
        _file?.Dispose();
        _file = file;
        Segment = segment;
        Offset = segment.Start;
    }

    /// <param name="into">As many as there is room for, and as one piece of the file holds.</param>
    /// <param name="end">Where what was written ends.</param>
    /// <exception cref="IOException">The file can't be read, or isn't what was written.</exception>
    public int Read(Span<Entry> into, long end)
    {
        var wanted = Math.Min(PieceBytesMax, Math.Min(end - Offset, SpoolRecord.BytesMax + ((long)into.Length * BytesAnEntry)));
        var piece = _piece.AsSpan(0, RandomAccess.Read(_file!, _piece.AsSpan(0, (int)wanted), Offset));
        var count = 0;
        var used = 0;
        while (count < into.Length && SpoolRecord.TryRead(piece[used..], out into[count], out var length) == SpoolRead.Whole)
        {
            used += length;
            count++;
        }

        if (count == 0)
            throw new IOException($"The spool's file {Segment!.Path} has been changed: there is no entry at byte {Offset}.");
        Offset += used;
        return count;
    }

    public void Dispose() => _file?.Dispose();
}
