using System.Text;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>Reads the pieces of a mapping's expressions, left to right: paths, numbers, texts, operators.</summary>
internal sealed class ExpressionReader(string text)
{
    private const int StepsMax = 32;
    private const string Header = "header";

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
            return (_at < text.Length && text[_at] is '$' or '@' or '^') || IsAtHeader;
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

    /// <summary>
    /// <c>$.name['any name'][0]</c>, from the message (<c>$</c>), from the element that <c>Each</c> is at (<c>@</c>) or the one
    /// that this lies in (<c>^</c>, <c>^^</c>…); or <c>header['any-name']</c>.
    /// </summary>
    /// <param name="mayHaveEvery">Whether <c>[*]</c> is a step.</param>
    public MappingPath Path(bool mayHaveEvery = false)
    {
        if (!IsAtPath)
            throw Unexpected("a path that begins with $, @, ^ or header");
        var start = _at;
        var (root, outward) = Root();
        var steps = new List<PathStep>();
        while (_at < text.Length && text[_at] is '.' or '[')
        {
            if (steps.Count == StepsMax)
                throw new ExpressionException($"must have paths of at most {StepsMax} steps");
            steps.Add(text[_at++] == '.' ? new(Name(), null) : Bracket(mayHaveEvery));
        }

        var isOptional = _at < text.Length && text[_at] == '?';
        var shown = text[start.._at];
        if (isOptional)
            _at++;
        if (root == PathRoot.Header && steps is not [{ Name: not null }])
            throw new ExpressionException("must have one name after header, such as header['x-account']");
        return new(shown, root, outward, [.. steps], isOptional);
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

    private bool IsAtHeader => text.AsSpan(_at).StartsWith(Header, StringComparison.Ordinal) && _at + Header.Length < text.Length && text[_at + Header.Length] is '.' or '[';

    private (PathRoot Root, int Out) Root()
    {
        switch (text[_at])
        {
            case '$':
                _at++;
                return (PathRoot.Message, 0);
            case '@':
                _at++;
                return (PathRoot.Element, 0);
            case '^':
                var first = _at;
                while (_at < text.Length && text[_at] == '^')
                    _at++;
                return (PathRoot.Element, _at - first);
            default:
                _at += Header.Length;
                return (PathRoot.Header, 0);
        }
    }

    private string Name()
    {
        var start = _at;
        while (_at < text.Length && IsNameChar(text[_at]))
            _at++;
        return _at > start && !char.IsAsciiDigit(text[start]) ? text[start.._at] : throw Unexpected("a name after the point (any other name is written ['so'])", start);
    }

    private PathStep Bracket(bool mayHaveEvery)
    {
        PathStep step;
        if (mayHaveEvery && Take("*"))
        {
            step = new(null, null);
        }
        else if (IsAtText)
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
