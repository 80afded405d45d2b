using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace GpuCredit.Client.Spooling;

/// <summary>How bytes come into a file: the disk, or a test's that says no.</summary>
/// <exception cref="IOException">The disk can't take them.</exception>
internal delegate void SpoolWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);

/// <summary>
/// Appends to a spool's newest file: at once, or, when <see cref="SpoolDurability.Buffered"/>, with what came within the delay. Every call is made
/// under the buffer's lock, but <see cref="SyncAsync"/>.
/// </summary>
internal sealed class SpoolWriter
{
    private const int PendingBytesMax = 64 * 1024;

    private readonly SpoolOptions _options;
    private readonly Lock _gate;
    private readonly ILogger _log;
    private readonly SpoolSync _sync;
    private readonly byte[] _pending;
    private readonly ITimer _timer;
    private SpoolSegment? _newest;
    private int _pendingBytes;
    private bool _isBehind;
    private bool _isFinished;

    public SpoolWriter(SpoolOptions options, Lock gate, TimeProvider time, ILogger log)
    {
        _options = options;
        _gate = gate;
        _log = log;
        _pending = options.Durability == SpoolDurability.Buffered ? new byte[PendingBytesMax] : [];
        _sync = new SpoolSync(SyncNewest);
        _timer = time.CreateTimer(_ => WriteInTime(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the newest file has room for so many bytes more.</summary>
    public bool HasRoom(int bytes) => _newest is { } newest && newest.End + _pendingBytes + bytes <= _options.SegmentBytes;

    /// <summary>Makes a file, to which everything goes from now on; the one before it is whole then.</summary>
    /// <exception cref="IOException">It can't be made, or what is to be in the one before can't be written.</exception>
    public SpoolSegment Start(long number)
    {
        if (_newest is { } full)
        {
            WritePending();
            if (_options.Durability == SpoolDurability.Synced)
                RandomAccess.FlushToDisk(full.Writer!);
        }

        var segment = SpoolSegment.Create(_options.Folder, number);
        if (_options.Durability == SpoolDurability.Synced)
            FolderSync.Sync(_options.Folder);
        _newest?.CloseWriter();
        return _newest = segment;
    }

    /// <summary>Writes a record, or, when buffered, puts it with what is to be written.</summary>
    /// <exception cref="IOException">The disk can't take it; then it isn't taken.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        var newest = _newest!;
        if (_options.Durability != SpoolDurability.Buffered)
        {
            // A write that fails in the middle leaves the end where it was, and the next one writes over it.
            _options.Write(newest.Writer!, record, newest.End);
            newest.End += record.Length;
            return;
        }

        // What the disk refused is owed first: otherwise memory would go on accepting what may never be written.
        if (_isBehind || _pendingBytes + record.Length > _pending.Length)
            WritePending();
        if (_pendingBytes == 0)
            _timer.Change(_options.WriteDelay, Timeout.InfiniteTimeSpan);
        record.CopyTo(_pending.AsSpan(_pendingBytes));
        _pendingBytes += record.Length;
    }

    /// <exception cref="IOException">The disk can't take it; it stays in memory, and is tried again.</exception>
    public void WritePending()
    {
        if (_pendingBytes == 0)
            return;
        var newest = _newest!;
        _isBehind = true;
        _options.Write(newest.Writer!, _pending.AsSpan(0, _pendingBytes), newest.End);
        newest.End += _pendingBytes;
        _pendingBytes = 0;
        _isBehind = false;
    }

    /// <summary>Completes when what was appended before is on the disk.</summary>
    /// <exception cref="IOException">The disk couldn't be synced.</exception>
    public Task SyncAsync() => _sync.SyncAsync();

    /// <summary>Writes what is still to be written, for the last time.</summary>
    /// <returns>Entries that the disk doesn't take: they were accepted, and are here and nowhere else.</returns>
    public IReadOnlyList<Entry> Finish()
    {
        _isFinished = true;
        _timer.Dispose();
        try
        {
            WritePending();
            if (_options.Durability == SpoolDurability.Synced)
                SyncNewest();
        }
        catch (IOException e)
        {
            _log.SpoolUnwritten(e);
        }

        List<Entry> unwritten = [];
        for (var at = 0; at < _pendingBytes;)
        {
            if (SpoolRecord.TryRead(_pending.AsSpan(at.._pendingBytes), out var entry, out var length) != SpoolRead.Whole)
                throw new UnreachableException("What was put into memory is not what is there.");
            unwritten.Add(entry);
            at += length;
        }

        return unwritten;
    }

    private void WriteInTime()
    {
        lock (_gate)
        {
            if (_isFinished)
                return;
            try
            {
                WritePending();
            }
            catch (IOException e)
            {
                _log.SpoolUnwritten(e);
                _timer.Change(_options.WriteDelay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void SyncNewest()
    {
        try
        {
            if (_newest?.Writer is { } writer)
                RandomAccess.FlushToDisk(writer);
        }
        catch (ObjectDisposedException)
        {
            // It is full and closed by now, and was synced before that.
        }
    }
}
