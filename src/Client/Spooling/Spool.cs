using GpuCredit.Client.Buffering;
using Microsoft.Extensions.Logging;

namespace GpuCredit.Client.Spooling;

/// <summary>
/// Entries in files: appended to the newest, read from the oldest, deleted file by file once all of a file is decided. What is
/// accepted is only here, never also in memory, so that memory stays flat however long the server is away.
/// </summary>
/// <remarks>
/// A crash between a request and the cursor's move sends entries again, which the ledger answers as duplicates. A file of an
/// earlier run is never written again, so that a torn record can only be a file's last.
/// </remarks>
internal sealed class Spool : IBacklog
{
    private readonly SpoolOptions _options;
    private readonly Lock _gate;
    private readonly ILogger _log;
    private readonly SpoolLock _lock;
    private readonly SpoolCursor _cursor;
    private readonly LinkedList<SpoolSegment> _segments = new();
    private readonly SpoolReader _reader = new();
    private readonly SpoolWriter _writer;
    private readonly byte[] _record = new byte[SpoolRecord.BytesMax];
    private LinkedListNode<SpoolSegment>? _reading;
    private long _lastNumber;
    private IReadOnlyList<Entry>? _unwritten;

    /// <exception cref="IOException">The folder can't be used, or another buffer uses it.</exception>
    public Spool(SpoolOptions options, Lock gate, TimeProvider time, ILogger log)
    {
        _options = options;
        _gate = gate;
        _log = log;
        Directory.CreateDirectory(options.Folder);
        _lock = new SpoolLock(options.Folder);
        _cursor = new SpoolCursor(options.Folder);
        _writer = new SpoolWriter(options, gate, time, log);
        Recover();
    }

    public long Recovered { get; private set; }

    public long Bytes { get; private set; }

    public bool IsKept => true;

    /// <summary>Completes when what was appended before is on the disk.</summary>
    /// <exception cref="IOException">The disk couldn't be synced.</exception>
    public Task SyncAsync() => _writer.SyncAsync();

    public bool TryAppend(in Entry entry)
    {
        var length = SpoolRecord.Write(in entry, _record);
        var needsNew = !_writer.HasRoom(length);
        if (Bytes + length + (needsNew ? SpoolSegment.HeaderBytes : 0) > _options.BytesMax)
            return false;
        if (needsNew)
            StartSegment();
        _writer.Append(_record.AsSpan(0, length));
        Bytes += length;
        return true;
    }

    public Taken Take(Span<Entry> into)
    {
        var count = 0;
        try
        {
            while (count < into.Length && TryFindReadable(out var end))
                count += _reader.Read(into[count..], end);
        }
        catch (IOException) when (count > 0)
        {
            // What was read before is taken: it would not be read again, and the cursor would pass it unsent.
        }

        return new(count, 0, _reader.Segment?.Number ?? 0, _reader.Offset);
    }

    public void Decided(in Taken taken)
    {
        // Files are given back whole, in order.
    }

    public void DecidedUpTo(in Taken last)
    {
        try
        {
            _cursor.Move(last.File, last.Offset);
            while (_segments.First is { } first && first.Value.Number < last.File)
                Drop(first);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is decided stays for now, and is tried again with the next batch; at worst it is sent again.
            _log.SpoolUnwritten(e);
        }
    }

    /// <summary>Writes what is only in memory yet. Nothing is appended or taken after it.</summary>
    /// <returns>Accepted entries that the disk doesn't take: nobody but the caller has them now.</returns>
    public IReadOnlyList<Entry> Finish()
    {
        lock (_gate)
            return _unwritten ??= _writer.Finish();
    }

    public void Dispose()
    {
        var unwritten = Finish();
        lock (_gate)
        {
            try
            {
                _reader.Dispose();
                // What couldn't be written may be there in part, and the next buffer sends it.
                if (unwritten.Count == 0 && IsAllDecided())
                    DropAll();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What is decided stays: the next buffer deletes it, or sends it again.
                _log.SpoolUnwritten(e);
            }
            finally
            {
                foreach (var segment in _segments)
                    segment.CloseWriter();
                _cursor.Dispose();
                _lock.Dispose();
            }
        }
    }

    private bool IsAllDecided() => _segments.Last is not { } last || (_cursor.File == last.Value.Number && _cursor.Offset >= last.Value.End);

    private void DropAll()
    {
        while (_segments.First is { } first)
            Drop(first);
        _cursor.Delete();
    }

    private void Recover()
    {
        _lastNumber = _cursor.File;
        foreach (var (number, path) in SpoolSegment.Find(_options.Folder).ToList())
        {
            _lastNumber = Math.Max(_lastNumber, number);
            if (number < _cursor.File)
            {
                // All of it was decided, and the process ended before it was deleted.
                File.Delete(path);
                continue;
            }

            var segment = SpoolSegment.Scan(_options.Folder, number, number == _cursor.File ? _cursor.Offset : SpoolSegment.HeaderBytes);
            _segments.AddLast(segment);
            Recovered += segment.Records;
            Bytes += segment.End + segment.TailBytes;
            if (segment.Tail == SpoolRead.Torn)
                _log.SpoolTorn(path, segment.TailBytes);
            if (segment.Tail == SpoolRead.Damaged)
                _log.SpoolDamaged(path, segment.TailBytes, segment.KeptPath);
        }

        if (Recovered > 0)
            _log.SpoolRecovered(_options.Folder, Recovered);
    }

    private void StartSegment()
    {
        // A number is used once, also by a try that failed: what it left behind must not fail the next one.
        _lastNumber++;
        _segments.AddLast(_writer.Start(_lastNumber));
        Bytes += SpoolSegment.HeaderBytes;
    }

    /// <summary>What is in the files goes first: while a full disk keeps the rest from being written, sending it is what makes room.</summary>
    private bool TryFindReadable(out long end)
    {
        lock (_gate)
        {
            if (TryFindUnread(out end))
                return true;
            _writer.WritePending();
            return TryFindUnread(out end);
        }
    }

    private bool TryFindUnread(out long end)
    {
        end = 0;
        while (true)
        {
            var next = _reading is null ? _segments.First : _reader.Offset >= _reading.Value.End ? _reading.Next : _reading;
            if (next is null)
                return false;
            if (next != _reading)
            {
                _reader.Open(next.Value);
                _reading = next;
            }

            end = next.Value.End;
            if (_reader.Offset < end)
                return true;
            if (next.Next is null)
                return false;
        }
    }

    private void Drop(LinkedListNode<SpoolSegment> segment)
    {
        segment.Value.Delete(); // may fail, and is then tried again: counted out once
        Bytes -= segment.Value.End + segment.Value.TailBytes;
        _segments.Remove(segment);
    }
}
