using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace GpuCredit.Client.Spooling;

/// <summary>
/// One entry in a spool's file, little-endian: length (2 bytes, of what follows the checksum), the same with every bit turned (2, so
/// that a changed length isn't taken for a torn end), checksum (4, CRC-32C of the length and of what follows), kind (1), revision (4), amount (8), timestamp (8), for a credit expiration (8) and priority (4), and then the
/// two ids, each its length (2) and UTF-8.
/// </summary>
internal static class SpoolRecord
{
    /// <summary>No record has more: two ids of <see cref="EntryGuard.IdCharsMax"/> characters of three bytes each, and the numbers.</summary>
    public const int BytesMax = 8 * 1024;

    private const int PrefixBytes = 8;
    private const int BytesMin = 1 + 4 + 8 + 8 + 2 + 2;
    private const byte Credit = 1;
    private const byte Usage = 2;

    /// <param name="entry">The entry.</param>
    /// <param name="into">At least <see cref="BytesMax"/>.</param>
    /// <returns>The bytes written.</returns>
    public static int Write(in Entry entry, Span<byte> into)
    {
        var at = PrefixBytes;
        into[at++] = entry.Kind == EntryKind.Credit ? Credit : Usage;
        BinaryPrimitives.WriteInt32LittleEndian(into[at..], entry.Revision);
        BinaryPrimitives.WriteInt64LittleEndian(into[(at + 4)..], entry.Amount);
        BinaryPrimitives.WriteInt64LittleEndian(into[(at + 12)..], entry.Timestamp);
        at += 20;
        if (entry.Kind == EntryKind.Credit)
        {
            BinaryPrimitives.WriteInt64LittleEndian(into[at..], entry.Expiration);
            BinaryPrimitives.WriteInt32LittleEndian(into[(at + 8)..], entry.Priority);
            at += 12;
        }

        at += WriteText(entry.AccountId, into[at..]);
        at += WriteText(entry.Id, into[at..]);
        BinaryPrimitives.WriteUInt16LittleEndian(into, (ushort)(at - PrefixBytes));
        BinaryPrimitives.WriteUInt16LittleEndian(into[2..], Turned(at - PrefixBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(into[4..], Checksum(into[..at]));
        return at;
    }

    /// <param name="bytes">From the record's first byte on, to the end of what is there.</param>
    /// <param name="entry">The entry, when it is whole.</param>
    /// <param name="length">The record's bytes, when it is whole.</param>
    public static SpoolRead TryRead(ReadOnlySpan<byte> bytes, out Entry entry, out int length)
    {
        entry = default;
        var read = Check(bytes, out length);
        if (read != SpoolRead.Whole)
            return read;
        var at = PrefixBytes;
        var kind = bytes[at++];
        var revision = BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
        var amount = BinaryPrimitives.ReadInt64LittleEndian(bytes[(at + 4)..]);
        var timestamp = BinaryPrimitives.ReadInt64LittleEndian(bytes[(at + 12)..]);
        at += 20;
        var (expiration, priority) = (0L, 0);
        if (kind == Credit)
        {
            expiration = BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
            priority = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 8)..]);
            at += 12;
        }

        var accountId = ReadText(bytes, ref at);
        var id = ReadText(bytes, ref at);
        entry = kind == Credit
            ? Entry.Credit(accountId, id, amount, timestamp, expiration, priority, revision)
            : Entry.Usage(accountId, id, amount, timestamp, revision);
        return SpoolRead.Whole;
    }

    /// <summary>Whether a whole record is there, without reading it.</summary>
    public static SpoolRead Check(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < PrefixBytes)
            return SpoolRead.Torn;
        int payload = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        // What was never written, in a file that had grown already, is zeros.
        if (payload == 0 && !bytes.ContainsAnyExcept((byte)0))
            return SpoolRead.Torn;
        if (payload is < BytesMin or > BytesMax - PrefixBytes || BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) != Turned(payload))
            return SpoolRead.Damaged;
        if (bytes.Length < PrefixBytes + payload)
            return SpoolRead.Torn;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Checksum(bytes[..(PrefixBytes + payload)]))
            return SpoolRead.Damaged;
        length = PrefixBytes + payload;
        return SpoolRead.Whole;
    }

    private static ushort Turned(int length) => unchecked((ushort)~length);

    private static uint Checksum(ReadOnlySpan<byte> record)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(record));
        var rest = record[PrefixBytes..];
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (var octet in rest)
            crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }

    private static int WriteText(string text, Span<byte> into)
    {
        var bytes = Encoding.UTF8.GetBytes(text, into[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(into, (ushort)bytes);
        return 2 + bytes;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes, ref int at)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
        var text = Encoding.UTF8.GetString(bytes.Slice(at + 2, length));
        at += 2 + length;
        return text;
    }
}
