using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace GpuCredit.Client.Spooling;

/// <summary>
/// How far everything is decided, so that a restart sends less again. It is written without a sync, and one that is torn or old only
/// means that more is sent again.
/// </summary>
internal sealed class SpoolCursor : IDisposable
{
    private const int Bytes = 20;

    private readonly string _path;
    private readonly SafeFileHandle _handle;

    public SpoolCursor(string folder)
    {
        _path = Path.Combine(folder, "cursor");
        _handle = System.IO.File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        Span<byte> bytes = stackalloc byte[Bytes];
        if (RandomAccess.Read(_handle, bytes, 0) != Bytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) != Checksum(bytes))
            return;
        File = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Offset = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
    }

    /// <summary>The file's number; 0 for none.</summary>
    public long File { get; private set; }

    public long Offset { get; private set; }

    public void Move(long file, long offset)
    {
        (File, Offset) = (file, offset);
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, file);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], Checksum(bytes));
        RandomAccess.Write(_handle, bytes, 0);
    }

    public void Delete()
    {
        Dispose();
        System.IO.File.Delete(_path);
    }

    public void Dispose() => _handle.Dispose();

    private static uint Checksum(ReadOnlySpan<byte> bytes) => ~BitOperations.Crc32C(
        BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(bytes)), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
}
