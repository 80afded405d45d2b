using System.Buffers;
using System.Text;

namespace CreditActors.Serialization;

/// <summary>Writes a Protocol Buffers message into bytes of just its size. The fields come in rising order, as Google's code writes them.</summary>
internal ref struct FieldWriter(Span<byte> bytes)
{
    private const int BitsEach = 7;
    private const ulong More = 0x80;

    private readonly Span<byte> _bytes = bytes;
    private int _at;

    public static int SizeOf(ulong number)
    {
        var size = 1;
        for (; number >= More; number >>= BitsEach)
            size++;
        return size;
    }

    /// <summary>Of a field that has a length, its tag included. An empty column isn't written.</summary>
    public static int SizeOfContent(int length) => length == 0 ? 0 : 1 + SizeOf((ulong)length) + length;

    /// <summary>Of a field of ASCII, its tag included; an empty one is written too.</summary>
    public static int SizeOfText(string text) => 1 + SizeOf((ulong)text.Length) + text.Length;

    /// <summary>A number that may be negative, so that those around 0 are short.</summary>
    public static ulong ZigZag(long number) => (ulong)((number << 1) ^ (number >> 63));

    /// <summary>The same as <see cref="Head"/>, but nothing when nothing follows.</summary>
    public void HeadOf(int field, int length)
    {
        if (length > 0)
            Head(field, length);
    }

    /// <summary>Characters of ASCII.</summary>
    /// <exception cref="InvalidOperationException">They aren't: ids are checked at the doors, so that is a fault of ours.</exception>
    public void Text(int field, string text)
    {
        Head(field, text.Length);
        if (Ascii.FromUtf16(text, _bytes[_at..], out var written) != OperationStatus.Done)
            throw new InvalidOperationException($"The id '{text}' breaks the rule that the doors check.");
        _at += written;
    }

    /// <summary>The tag and the length of content that follows.</summary>
    public void Head(int field, int length)
    {
        Number(FieldCursor.ContentTag(field));
        Number((ulong)length);
    }

    public void Content(int field, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
            return;
        Head(field, content.Length);
        Raw(content);
    }

    public void Field(int field, ulong number)
    {
        Number(FieldCursor.NumberTag(field));
        Number(number);
    }

    public void Number(ulong number)
    {
        for (; number >= More; number >>= BitsEach)
            _bytes[_at++] = unchecked((byte)(number | More));
        _bytes[_at++] = (byte)number;
    }

    public void Raw(ReadOnlySpan<byte> raw)
    {
        raw.CopyTo(_bytes[_at..]);
        _at += raw.Length;
    }

    /// <summary>Makes sure that the size was the message's.</summary>
    public readonly void End()
    {
        if (_at != _bytes.Length)
            throw new InvalidOperationException($"A message of {_bytes.Length} bytes was written in {_at}.");
    }
}
