using System.Buffers.Binary;
using System.Security.Cryptography;

namespace GpuCredit.Client.Buffering;

/// <summary>
/// UUIDs of version 7 as <see cref="Guid.CreateVersion7(DateTimeOffset)"/> makes them, but with the system asked for randomness once
/// for hundreds of them: asking takes far longer than adding an entry.
/// </summary>
/// <remarks>Source: RFC 9562 §5.7: 48 bits of Unix milliseconds, version, 12 random bits, variant, 62 random bits.</remarks>
internal static class Uuid7
{
    private const int RandomBytes = 10;
    private const int PoolBytes = RandomBytes * 400;

    [ThreadStatic]
    private static byte[]? _pool;

    [ThreadStatic]
    private static int _left;

    /// <summary>32 hexadecimal digits.</summary>
    public static string New(DateTimeOffset now)
    {
        if (_left == 0)
        {
            _pool ??= new byte[PoolBytes];
            RandomNumberGenerator.Fill(_pool);
            _left = PoolBytes;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, now.ToUnixTimeMilliseconds() << 16);
        _pool.AsSpan(_left - RandomBytes, RandomBytes).CopyTo(bytes[6..]);
        _left -= RandomBytes;
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("N");
    }
}
