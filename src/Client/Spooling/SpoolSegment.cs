using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace GpuCredit.Client.Spooling;

/// <summary>One file of a spool: eight bytes that say what it is, and then records.</summary>
internal sealed class SpoolSegment
{
    public const int HeaderBytes = 8;

    private const string Extension = ".spool";
    private const int ScanBytes = 256 * 1024;

    private SpoolSegment(string folder, long number)
    {
        Number = number;
        Path = System.IO.Path.Combine(folder, number.ToString("D16", CultureInfo.InvariantCulture) + Extension);
    }

    private static ReadOnlySpan<byte> Magic => "GPUCRED1"u8;

    public long Number { get; }

    public string Path { get; }

    /// <summary>For writing, while it's the newest; otherwise null.</summary>
    public SafeFileHandle? Writer { get; private set; }

    /// <summary>Where the records to be sent start.</summary>
    public long Start { get; private init; } = HeaderBytes;

    /// <summary>Where the last whole record in the file ends.</summary>
    public long End { get; set; } = HeaderBytes;

    /// <summary>Whole records from <see cref="Start"/> to <see cref="End"/>; only counted for a file from before.</summary>
    public long Records { get; private init; }

    /// <summary>What stands at <see cref="End"/> of a file from before, when something does.</summary>
    public SpoolRead Tail { get; private init; }

    /// <summary>Bytes from <see cref="End"/> on that can't be read.</summary>
    public long TailBytes { get; private init; }

    /// <exception cref="IOException">It can't be made.</exception>
    public static SpoolSegment Create(string folder, long number)
    {
        var segment = new SpoolSegment(folder, number);
        segment.Writer = Open(segment.Path, FileMode.CreateNew, FileAccess.ReadWrite);
        try
        {
            RandomAccess.Write(segment.Writer, Magic, 0);
        }
        catch
        {
            // A full disk still has room for a name. One that stayed would stand in the way of every later try.
            segment.CloseWriter();
            File.Delete(segment.Path);
            throw;
        }

        return segment;
    }

    /// <summary>For reading, beside whoever writes it.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public SafeFileHandle OpenReader() => Open(Path, FileMode.Open, FileAccess.Read);

    /// <summary>The files of an earlier run, oldest first.</summary>
    public static IEnumerable<(long Number, string Path)> Find(string folder) =>
        from path in Directory.EnumerateFiles(folder, "*" + Extension)
        let name = System.IO.Path.GetFileNameWithoutExtension(path)
        where long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        let number = long.Parse(name, CultureInfo.InvariantCulture)
        orderby number
        select (number, path);

    /// <summary>Reads a file of an earlier run to see how far it is whole.</summary>
    /// <param name="folder">The spool's.</param>
    /// <param name="number">The file's.</param>
    /// <param name="start">Where what isn't decided starts.</param>
    public static SpoolSegment Scan(string folder, long number, long start)
    {
        var path = new SpoolSegment(folder, number).Path;
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        Span<byte> magic = stackalloc byte[HeaderBytes];
        var isOurs = RandomAccess.Read(file, magic, 0) == HeaderBytes && magic.SequenceEqual(Magic);
        if (!isOurs)
        {
            // A file that was torn before its first eight bytes were down holds nothing; any other is somebody else's.
            var tail = length < HeaderBytes || !magic.ContainsAnyExcept((byte)0) ? SpoolRead.Torn : SpoolRead.Damaged;
            return new SpoolSegment(folder, number) { End = HeaderBytes, Tail = tail, TailBytes = length };
        }

        var at = Math.Min(start, length);
        var (end, records, stop) = Walk(file, at, length);
        return new SpoolSegment(folder, number) { Start = at, End = end, Records = records, Tail = stop, TailBytes = length - end };
    }

    public void CloseWriter()
    {
        Writer?.Dispose();
        Writer = null;
    }

    /// <summary>Deletes it; what can't be read in a damaged one stays, under another name.</summary>
    public void Delete()
    {
        CloseWriter();
        if (Tail == SpoolRead.Damaged)
            File.Move(Path, KeptPath, overwrite: true);
        else
            File.Delete(Path);
    }

    public string KeptPath => Path + ".damaged";

    private static SafeFileHandle Open(string path, FileMode mode, FileAccess access)
    {
        try
        {
            return File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (UnauthorizedAccessException e)
        {
            // Rights that were taken away while the spool is in use are a fault of the disk like any other, which may pass.
            throw new IOException($"{path} can't be opened: {e.Message}", e);
        }
    }

    private static (long End, long Records, SpoolRead Tail) Walk(SafeFileHandle file, long at, long length)
    {
        var piece = new byte[ScanBytes];
        long records = 0;
        while (at < length)
        {
            var read = piece.AsSpan(0, RandomAccess.Read(file, piece, at));
            var used = 0;
            var stop = SpoolRead.Torn;
            while (used < read.Length && (stop = SpoolRecord.Check(read[used..], out var record)) == SpoolRead.Whole)
            {
                used += record;
                records++;
            }

            // A record that only this piece cuts off is whole in the next one, which starts with it.
            if (used == 0)
                return (at, records, stop);
            at += used;
            if (stop == SpoolRead.Damaged)
                return (at, records, stop);
        }

        return (at, records, SpoolRead.Whole);
    }
}
