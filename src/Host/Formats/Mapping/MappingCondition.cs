using System.Collections.Immutable;
using System.Text.Json;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>
/// A condition such as <c>$.type == 'request' &amp;&amp; $.data.tokens != 0 || $.test</c>: <c>&amp;&amp;</c> before <c>||</c>;
/// a path alone is true when something stands there.
/// </summary>
internal sealed class MappingCondition
{
    private const int TestsMax = 64;

    private readonly ImmutableArray<ImmutableArray<Test>> _anyOfAll;

    private MappingCondition(ImmutableArray<ImmutableArray<Test>> anyOfAll) => _anyOfAll = anyOfAll;

    /// <exception cref="ExpressionException">It isn't a condition.</exception>
    public static MappingCondition Parse(string text)
    {
        var reader = new ExpressionReader(text);
        var any = ImmutableArray.CreateBuilder<ImmutableArray<Test>>();
        var tests = 0;
        do
        {
            var all = ImmutableArray.CreateBuilder<Test>();
            do
            {
                if (++tests > TestsMax)
                    throw new ExpressionException($"must have at most {TestsMax} tests");
                all.Add(ReadTest(reader));
            }
            while (reader.Take("&&"));
            any.Add(all.ToImmutable());
        }
        while (reader.Take("||"));
        return reader.IsAtEnd ? new(any.ToImmutable()) : throw reader.Unexpected("==, !=, && or ||");
    }

    public bool Holds(in MappedMessage message)
    {
        foreach (var all in _anyOfAll)
        {
            var holds = true;
            foreach (var test in all)
                holds &= test.Holds(message);
            if (holds)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Of a condition that doesn't hold: the first path without which nobody can tell. Null when what does stand in the message
    /// denies it, so that this is another kind of record, and not one that is broken or written in another way.
    /// </summary>
    public MappingPath? Missing(in MappedMessage message)
    {
        foreach (var all in _anyOfAll)
        {
            MappingPath? missing = null;
            var isDenied = false;
            foreach (var test in all)
            {
                if (test.Holds(message))
                    continue;
                if (test.IsTold(message))
                    isDenied = true;
                else
                    missing ??= test.Path;
            }

            if (!isDenied)
                return missing;
        }

        return null;
    }

    private static Test ReadTest(ExpressionReader reader)
    {
        var path = reader.Path();
        if (path.IsOptional)
            throw new ExpressionException("must not have a question mark: what isn't there is null in a condition");
        if (reader.Take("=="))
            return ReadValue(path, isEqual: true, reader);
        return reader.Take("!=") ? ReadValue(path, isEqual: false, reader) : new(path, IsEqual: false, JsonValueKind.Null, "", ExactNumber.Zero);
    }

    private static Test ReadValue(MappingPath path, bool isEqual, ExpressionReader reader)
    {
        if (reader.IsAtText)
            return new(path, isEqual, JsonValueKind.String, reader.Text(), ExactNumber.Zero);
        if (path.Root == PathRoot.Header && !reader.TakeWord("null"))
            throw reader.Unexpected("a text in single quotes, or null, since a header is text,");
        if (path.Root == PathRoot.Header)
            return new(path, isEqual, JsonValueKind.Null, "", ExactNumber.Zero);
        var word = reader.TakeWord("null") ? JsonValueKind.Null
            : reader.TakeWord("true") ? JsonValueKind.True
            : reader.TakeWord("false") ? JsonValueKind.False
            : JsonValueKind.Number;
        return new(path, isEqual, word, "", word == JsonValueKind.Number ? reader.Number() : ExactNumber.Zero);
    }

    private readonly record struct Test(MappingPath Path, bool IsEqual, JsonValueKind Kind, string Text, ExactNumber Number)
    {
        public bool Holds(in MappedMessage message)
        {
            var value = Path.Find(message);
            var kind = value?.ValueKind ?? JsonValueKind.Null;
            var isSame = Kind switch
            {
                JsonValueKind.String => kind == Kind && value!.Value.ValueEquals(Text),
                JsonValueKind.Number when kind == Kind => IsSame(value!.Value.GetRawText()),
                JsonValueKind.Number => kind == JsonValueKind.String && message.NumbersInStrings && IsSame(value!.Value.GetString()),
                _ => kind == Kind,
            };
            return isSame == IsEqual;
        }

        private bool IsSame(string? digits) => ExactNumber.TryParse(digits, out var number) && number.IsSameAs(Number);

        /// <summary>Something stands where it looks; or nothing does in what may hold it, and that is what it asks.</summary>
        public bool IsTold(in MappedMessage message) =>
            Path.Find(message) is not null || (Kind == JsonValueKind.Null && Path.CanBegin(message));
    }
}
