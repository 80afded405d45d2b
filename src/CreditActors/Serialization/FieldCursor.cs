using System.Runtime.CompilerServices;

namespace CreditActors.Serialization;

/// <summary>
/// Goes through the fields of a Protocol Buffers message, and makes nothing of them. For the rows of snapshots, which Google's parser would turn into a
/// string and several numbers for each of a million entries.
/// </summary>
internal ref struct FieldCursor(ReadOnlyMemory<byte> message)
{
    private const int TagTypeBits = 3;
    private const int VarintType = 0;
    private const int LengthType = 2;
    private const int BitsEach = 7;
    private const int More = 0x80;

    private readonly ReadOnlySpan<byte> _bytes = message.Span;

    /// <summary>Where the field after this one begins.</summary>
    public int At { get; private set; }

    /// <summary>The field's number and type, as the message has them.</summary>
    public ulong Tag { get; private set; }

    /// <summary>Of a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Of anything that has a length.</summary>
    public ReadOnlyMemory<byte> Content { get; private set; }

    /// <summary>True when the bytes are no message, or have a field of a type that none of ours has. Whoever finds it so leaves them to Google's parser.</summary>
    public bool IsForeign { get; private set; }

    public static ulong NumberTag(int field) => ((ulong)field << TagTypeBits) | VarintType;

    public static ulong ContentTag(int field) => ((ulong)field << TagTypeBits) | LengthType;

    /// <summary>Goes to the next field; false when there is none, or it can't be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Next()
    {
        if (At == _bytes.Length || !TryNumber(out var tag) || !TryNumber(out var number))
            return false;
        (Tag, Number, Content) = (tag, number, default);
        switch (tag & ((1 << TagTypeBits) - 1))
        {
            case VarintType:
                return true;
            case LengthType when number <= (ulong)(_bytes.Length - At):
                Content = message.Slice(At, (int)number);
                At += (int)number;
                return true;
            default:
                IsForeign = true;
                return false;
        }
    }

    /// <summary>Goes to the next number where there is nothing but numbers; false when there is none, or it can't be read.</summary>
    public bool NextNumber()
    {
        if (At == _bytes.Length || !TryNumber(out var number))
            return false;
        Number = number;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryNumber(out ulong number)
    {
        number = 0;
        for (var bits = 0; bits < 64 && At < _bytes.Length; bits += BitsEach)
        {
            var next = _bytes[At++];
            number |= (ulong)(next & (More - 1)) << bits;
            if (next < More)
                return true;
        }

        IsForeign = true;
        return false;
    }
}
