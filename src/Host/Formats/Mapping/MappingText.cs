using System.Collections.Immutable;
using CreditActors.Ledger;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>A text such as <c>$.source + '/' + $.id</c>.</summary>
internal sealed class MappingText
{
    private const int PiecesMax = 16;

    private readonly ImmutableArray<(MappingPath? Path, string Text)> _pieces;

    private MappingText(ImmutableArray<(MappingPath? Path, string Text)> pieces) => _pieces = pieces;

    /// <exception cref="ExpressionException">It isn't a text.</exception>
    public static MappingText Parse(string text)
    {
        var reader = new ExpressionReader(text);
        var pieces = ImmutableArray.CreateBuilder<(MappingPath?, string)>();
        do
        {
            if (pieces.Count == PiecesMax)
                throw new ExpressionException($"must join at most {PiecesMax} pieces");
            pieces.Add(reader.IsAtText ? (null, reader.Text()) : reader.IsAtPath ? (reader.Path(), "") : throw reader.Unexpected("a path, or a text in single quotes,"));
        }
        while (reader.Take("+"));
        return reader.IsAtEnd ? new(pieces.ToImmutable()) : throw reader.Unexpected("+");
    }

    /// <returns>Null, or the rule that the message breaks.</returns>
    public string? TryJoin(in MappedMessage message, out string joined)
    {
        joined = "";
        foreach (var (path, constant) in _pieces)
        {
            var piece = constant;
            if (path?.TryText(message, out piece) is { } rule)
                return rule;
            if (joined.Length + piece.Length > Limits.IdCharsMax)
                return $"must have at most {Limits.IdCharsMax} characters";
            joined += piece;
        }

        return null;
    }
}
