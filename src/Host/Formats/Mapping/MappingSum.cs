using System.Collections.Immutable;
using System.Numerics;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>A sum such as <c>$.input * 3 + $.output * 0.25 - 1</c>, computed exactly.</summary>
internal sealed class MappingSum
{
    private const int FactorsMax = 64;

    private readonly ImmutableArray<Term> _terms;

    private MappingSum(ImmutableArray<Term> terms) => _terms = terms;

    /// <summary>True when a constant has a fraction, so that the sum may have one whatever the messages hold.</summary>
    public bool HasFraction => _terms.Any(term => !term.Constant.TryRound(Rounding.Exact, out _));

    /// <exception cref="ExpressionException">It isn't a sum.</exception>
    public static MappingSum Parse(string text)
    {
        var reader = new ExpressionReader(text);
        var terms = ImmutableArray.CreateBuilder<Term>();
        var factors = 0;
        for (var isNegative = reader.Take("-"); ; isNegative = IsMinus(reader))
        {
            var constant = new ExactNumber(isNegative ? BigInteger.MinusOne : BigInteger.One, 0);
            var paths = ImmutableArray.CreateBuilder<MappingPath>();
            do
            {
                if (++factors > FactorsMax)
                    throw new ExpressionException($"must have at most {FactorsMax} numbers and paths");
                if (reader.IsAtPath)
                    paths.Add(reader.Path());
                else
                    constant *= reader.Number();
            }
            while (reader.Take("*"));
            terms.Add(new(constant, paths.ToImmutable()));
            if (reader.IsAtEnd)
                return new(terms.ToImmutable());
        }
    }

    /// <returns>Null, or the rule that the message breaks.</returns>
    public string? TryCompute(in MappedMessage message, out ExactNumber sum)
    {
        sum = ExactNumber.Zero;
        foreach (var (constant, paths) in _terms)
        {
            var product = constant;
            foreach (var path in paths)
            {
                if (path.TryNumber(message, out var factor) is { } rule)
                    return rule;
                product *= factor;
            }

            sum += product;
        }

        return null;
    }

    /// <summary>The sum as a whole number; one that is too large to be held is one that the ledger's own rules refuse.</summary>
    /// <returns>Null, or the rule that the message breaks.</returns>
    public string? TryWhole(in MappedMessage message, Rounding rounding, out long whole)
    {
        whole = 0;
        if (TryCompute(message, out var sum) is { } rule)
            return rule;
        if (!sum.TryRound(rounding, out var rounded))
            return "must be whole, and nothing says how to round it";
        whole = ToInt64(rounded);
        return null;
    }

    public static long ToInt64(BigInteger number) => number >= long.MinValue && number <= long.MaxValue ? (long)number : WholeNumber.BeyondAll;

    private static bool IsMinus(ExpressionReader reader) =>
        !reader.Take("+") && (reader.Take("-") ? true : throw reader.Unexpected("+, - or *"));

    /// <summary>A product: of its numbers, and of what stands at its paths.</summary>
    private readonly record struct Term(ExactNumber Constant, ImmutableArray<MappingPath> Paths);
}
