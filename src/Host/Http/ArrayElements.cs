using System.Buffers;

namespace GpuCredit.Host.Http;

/// <summary>
/// Cuts a JSON array into its elements by its brackets, commas and strings alone, so that an element that isn't JSON at all
/// still has its own place, and costs only itself. Whether an element is valid is left to whoever reads it.
/// </summary>
internal ref struct ArrayElements
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"[]{},"u8);

    private ReadOnlySpan<byte> _rest;
    private bool _isFirst = true;

    public ArrayElements(ReadOnlySpan<byte> json)
    {
        var array = json.Trim(" \t\r\n"u8);
        IsBroken = array is not [(byte)'[', .., (byte)']'];
        _rest = IsBroken ? [] : array[1..];
    }

    /// <summary>The array's end was not where it should be, or an element was empty: nothing can be said of the whole.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>False after the last element, or when <see cref="IsBroken"/>.</summary>
    public bool TryNext(out ReadOnlySpan<byte> element)
    {
        element = [];
        if (IsBroken || _rest.IsEmpty)
            return false;
        var end = EndOfElement(_rest);
        if (end < 0)
        {
            IsBroken = true;
            return false;
        }

        element = _rest[..end].Trim(" \t\r\n"u8);
        var isLast = _rest[end] == (byte)']';
        _rest = _rest[(end + 1)..];
        var isEmptyArray = isLast && _isFirst && element.IsEmpty;
        _isFirst = false;
        IsBroken = (isLast && !_rest.IsEmpty) || (element.IsEmpty && !isEmptyArray);
        return !IsBroken && !isEmptyArray;
    }

    /// <summary>Where the comma or the array's bracket stands that ends the element; −1 when there is none.</summary>
    private static int EndOfElement(ReadOnlySpan<byte> json)
    {
        var depth = 0;
        for (var at = 0; ;)
        {
            var next = json[at..].IndexOfAny(Structure);
            if (next < 0)
                return -1;
            at += next;
            switch (json[at])
            {
                case (byte)'"':
                    at = EndOfText(json, at + 1);
                    if (at < 0)
                        return -1;
                    break;
                case (byte)'[' or (byte)'{':
                    depth++;
                    break;
                case (byte)',' when depth == 0:
                case (byte)']' when depth == 0:
                    return at;
                case (byte)'}' when depth == 0:
                    return -1;
                case (byte)']' or (byte)'}':
                    depth--;
                    break;
                default:
                    break; // a comma within the element
            }

            at++;
        }
    }

    private static int EndOfText(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length)
        {
            var next = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return -1;
            at += next;
            if (json[at] == (byte)'"')
                return at;
            at += 2; // the escaped character, whatever it is
        }

        return -1;
    }
}
