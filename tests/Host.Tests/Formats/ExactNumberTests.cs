using System.Globalization;
using System.Numerics;
using CsCheck;
using GpuCredit.Host.Formats.Mapping;

namespace Host.Tests.Formats;

public sealed class ExactNumberTests
{
    [Theory]
    [InlineData("0", "0", 0)]
    [InlineData("-0", "0", 0)]
    [InlineData("12", "12", 0)]
    [InlineData("-1.50", "-150", 2)]
    [InlineData("1e3", "1000", 0)]
    [InlineData("1.25E+1", "125", 1)]
    [InlineData("1e-3", "1", 3)]
    [InlineData("0.1", "1", 1)]
    [InlineData("9999999999999999999999999999999999999999", "9999999999999999999999999999999999999999", 0)]
    [InlineData("0.30000000000000004", "30000000000000004", 17)]
    public void A_number_is_what_is_written(string text, string digits, int scale)
    {
        Assert.True(ExactNumber.TryParse(text, out var number));
        Assert.Equal(new ExactNumber(BigInteger.Parse(digits, CultureInfo.InvariantCulture), scale), number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1,000")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e41")]
    [InlineData("1e99999999999")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("١")]
    [InlineData("10000000000000000000000000000000000000000")]
    [InlineData("0.0000000000000000000000000000000000000001")]
    public void What_JSON_does_not_call_a_number_or_has_too_many_digits_is_none(string text) => Assert.False(ExactNumber.TryParse(text, out _));

    [Theory]
    [InlineData("2", 2, 2, 2, 2)]
    [InlineData("2.1", null, 3, 2, 2)]
    [InlineData("2.5", null, 3, 2, 2)]
    [InlineData("3.5", null, 4, 3, 4)]
    [InlineData("2.500000000000000000000000000000000000001", null, 3, 2, 3)]
    [InlineData("2.9", null, 3, 2, 3)]
    [InlineData("-2.1", null, -2, -3, -2)]
    [InlineData("-2.5", null, -2, -3, -2)]
    [InlineData("-3.5", null, -3, -4, -4)]
    [InlineData("0.0001", null, 1, 0, 0)]
    [InlineData("2.000", 2, 2, 2, 2)]
    public void Rounding_is_what_it_is_called(string text, int? exact, int up, int down, int halfEven)
    {
        Assert.True(ExactNumber.TryParse(text, out var number));
        Assert.Equal(exact, Round(Rounding.Exact));
        Assert.Equal(up, Round(Rounding.Up));
        Assert.Equal(down, Round(Rounding.Down));
        Assert.Equal(halfEven, Round(Rounding.HalfEven));

        int? Round(Rounding rounding) => number.TryRound(rounding, out var whole) ? (int)whole : null;
    }

    /// <summary>Decimals of few digits never round, so they can judge.</summary>
    [Fact]
    public void Sums_and_products_are_those_of_decimals() =>
        Gen.Select(GenDecimal, GenDecimal, GenDecimal).Sample((a, b, c) =>
        {
            var exact = (Of(a) * Of(b)) + -Of(c);
            var judge = (a * b) - c;
            Assert.True(exact.IsSameAs(Of(judge)));
            Assert.True(exact.TryRound(Rounding.HalfEven, out var even));
            Assert.Equal(decimal.Round(judge, MidpointRounding.ToEven), (decimal)even);
            Assert.True(exact.TryRound(Rounding.Up, out var up));
            Assert.Equal(decimal.Ceiling(judge), (decimal)up);
            Assert.True(exact.TryRound(Rounding.Down, out var down));
            Assert.Equal(decimal.Floor(judge), (decimal)down);
            Assert.Equal(judge == decimal.Truncate(judge), exact.TryRound(Rounding.Exact, out _));
        });

    private static readonly Gen<decimal> GenDecimal = Gen.Select(Gen.Long[-1_000_000, 1_000_000], Gen.Int[0, 4], (digits, scale) => digits / (decimal)Math.Pow(10, scale));

    private static ExactNumber Of(decimal number) => ExactNumber.TryParse(number.ToString(CultureInfo.InvariantCulture), out var exact) ? exact : throw new ArgumentOutOfRangeException(nameof(number));
}
