using System.Text;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Reads the pieces of a mapping's expressions, left to right: paths, numbers, texts, operators.</summary>
internal sealed class ExpressionReader(string text)
{
    private const int StepsMax = 32;

    private int _at;

    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    /// <summary>Takes the operator if it comes next.</summary>
    public bool Take(string symbol)
    {
        SkipSpace();
        if (!text.AsSpan(_at).StartsWith(symbol, StringComparison.Ordinal))
            return false;
        _at += symbol.Length;
        return true;
    }

    /// <summary>Takes the word if it comes next, and nothing that only begins like it.</summary>
    public bool TakeWord(string word)
    {
        SkipSpace();
        var end = _at + word.Length;
        if (!text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal) || (end < text.Length && IsNameChar(text[end])))
            return false;
        _at = end;
        return true;
    }

    public bool IsAtPath
    {
        get
        {
            SkipSpace();
            return _at < text.Length && text[_at] is '$' or '@';
        }
    }

    public bool IsAtText
    {
        get
        {
            SkipSpace();
            return _at < text.Length && text[_at] == '\'';
        }
    }

    /// <summary><c>$.name['any name'][0]</c>, from the message (<c>$</c>) or from the element that <c>Each</c> is at (<c>@</c>).</summary>
    public MappingPath Path()
    {
        if (!IsAtPath)
            throw Unexpected("a path that begins with $ or @");
        var start = _at;
        var isFromElement = text[_at++] == '@';
        var steps = new List<PathStep>();
        while (_at < text.Length && text[_at] is '.' or '[')
        {
            if (steps.Count == StepsMax)
                throw new ExpressionException($"must have paths of at most {StepsMax} steps");
            steps.Add(text[_at++] == '.' ? new(Name(), null) : Bracket());
        }

        var isOptional = _at < text.Length && text[_at] == '?';
        var shown = text[start.._at];
        if (isOptional)
            _at++;
        return new(shown, isFromElement, [.. steps], isOptional);
    }

    /// <summary>A number as JSON writes it; its sign, if it has one, stands before it.</summary>
    public ExactNumber Number()
    {
        SkipSpace();
        var start = _at;
        if (_at < text.Length && text[_at] == '-')
            _at++;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
            _at++;
        return ExactNumber.TryParse(text.AsSpan(start.._at), out var number) ? number : throw Unexpected("a number such as 12 or 0.25, or a path", start);
    }

    /// <summary><c>'any text'</c>; a quote in it is written twice.</summary>
    public string Text()
    {
        if (!IsAtText)
            throw Unexpected("a text in single quotes");
        var start = _at++;
        var value = new StringBuilder();
        while (_at < text.Length)
        {
            var next = text[_at++];
            if (next != '\'')
            {
                value.Append(next);
            }
            else if (_at < text.Length && text[_at] == '\'')
            {
                value.Append('\'');
                _at++;
            }
            else
            {
                return value.ToString();
            }
        }

        throw new ExpressionException($"must have a closing quote for the one at character {start + 1}");
    }

    public ExpressionException Unexpected(string expected, int? at = null)
    {
        var found = at ?? _at;
        return new($"must have {expected} at {(found < text.Length ? $"character {found + 1}" : "its end")}");
    }

    private string Name()
    {
        var start = _at;
        while (_at < text.Length && IsNameChar(text[_at]))
            _at++;
        return _at > start && !char.IsAsciiDigit(text[start]) ? text[start.._at] : throw Unexpected("a name after the point (any other name is written ['so'])", start);
    }

    private PathStep Bracket()
    {
        PathStep step;
        if (IsAtText)
        {
            step = new(Text(), null);
        }
        else
        {
            var start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
                _at++;
            if (!WholeIndex(text.AsSpan(start.._at), out var index))
                throw Unexpected("an index such as 0, or a name in single quotes,", start);
            step = new(null, index);
        }

        return Take("]") ? step : throw Unexpected("]");
    }

    private static bool WholeIndex(ReadOnlySpan<char> digits, out int index) =>
        int.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out index);

    private static bool IsNameChar(char next) => char.IsAsciiLetterOrDigit(next) || next == '_' || next > 127;

    private void SkipSpace()
    {
        while (_at < text.Length && text[_at] == ' ')
            _at++;
    }
}
