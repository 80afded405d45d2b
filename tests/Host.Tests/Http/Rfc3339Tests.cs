using System.Globalization;
using CsCheck;
using GpuCredit.Host.Http;

namespace Host.Tests.Http;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01t00:00:00z", 0)]
    [InlineData("1970-01-01T00:00:00-00:00", 0)]
    [InlineData("1970-01-01T00:00:00+00:00", 0)]
    [InlineData("1970-01-01T01:00:00+01:00", 0)]
    [InlineData("1969-12-31T00:01:00-23:59", 0)]
    [InlineData("1970-01-01T23:59:00+23:59", 0)]
    [InlineData("1970-01-01T00:00:00.1Z", 100)]
    [InlineData("1970-01-01T00:00:00.12Z", 120)]
    [InlineData("1970-01-01T00:00:00.123Z", 123)]
    [InlineData("1970-01-01T00:00:00.123000000000Z", 123)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    [InlineData("2000-02-29T00:00:00Z", 951_782_400_000)]
    [InlineData("2024-02-29T12:00:00Z", 1_709_208_000_000)]
    [InlineData("0000-01-01T00:00:00Z", -62_167_219_200_000)]
    [InlineData("0000-02-29T00:00:00Z", -62_162_121_600_000)]
    [InlineData("0001-01-01T00:00:00Z", -62_135_596_800_000)]
    [InlineData("9999-12-31T23:59:59.999Z", 253_402_300_799_999)]
    [InlineData("9999-12-31T23:59:59.999-23:59", 253_402_387_139_999)]
    public void A_time_is_its_Unix_millisecond(string text, long expected)
    {
        Assert.Null(Rfc3339.TryParse(text, out var unixMs));
        Assert.Equal(expected, unixMs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("1970-01-01")]
    [InlineData("1970-01-01T00:00:00")]
    [InlineData("1970-01-01T00:00:00.5")]
    [InlineData("1970-01-01 00:00:00Z")]
    [InlineData("1970-01-01_00:00:00Z")]
    [InlineData(" 1970-01-01T00:00:00Z")]
    [InlineData("1970-01-01T00:00:00Z ")]
    [InlineData("1970-01-01T00:00Z")]
    [InlineData("1970-1-01T00:00:00Z")]
    [InlineData("19700101T000000Z")]
    [InlineData("+1970-01-01T00:00:00Z")]
    [InlineData("11970-01-01T00:00:00Z")]
    [InlineData("1970-00-01T00:00:00Z")]
    [InlineData("1970-13-01T00:00:00Z")]
    [InlineData("1970-01-00T00:00:00Z")]
    [InlineData("1970-01-32T00:00:00Z")]
    [InlineData("1970-04-31T00:00:00Z")]
    [InlineData("1970-02-29T00:00:00Z")]
    [InlineData("1900-02-29T00:00:00Z")]
    [InlineData("1970-01-01T24:00:00Z")]
    [InlineData("1970-01-01T00:60:00Z")]
    [InlineData("1970-01-01T00:00:61Z")]
    [InlineData("1970-01-01T00:00:00.Z")]
    [InlineData("1970-01-01T00:00:00,5Z")]
    [InlineData("1970-01-01T00:00:00+24:00")]
    [InlineData("1970-01-01T00:00:00+00:60")]
    [InlineData("1970-01-01T00:00:00+0100")]
    [InlineData("1970-01-01T00:00:00+01")]
    [InlineData("1970-01-01T00:00:00GMT")]
    [InlineData("1970-01-01T00:00:00ZZ")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("1970-W01-4T00:00:00Z")]
    [InlineData("١٩٧٠-01-01T00:00:00Z")]
    public void What_the_grammar_has_not_is_no_time(string text) =>
        Assert.StartsWith("must be a whole number of ticks, or an RFC 3339 time", Rfc3339.TryParse(text, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("1970-01-01T00:00:00.0001Z")]
    [InlineData("1970-01-01T00:00:00.1234Z")]
    [InlineData("1970-01-01T00:00:00.000000000000000001Z")]
    public void Digits_below_the_millisecond_are_refused_and_not_rounded(string text) =>
        Assert.Equal("must have no digit other than 0 below the millisecond", Rfc3339.TryParse(text, out _));

    [Theory]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("1990-12-31T15:59:60-08:00")]
    public void A_leap_second_is_refused_by_its_name(string text) =>
        Assert.Contains("leap second", Rfc3339.TryParse(text, out _), StringComparison.Ordinal);

    [Fact]
    public void Every_millisecond_survives_format_and_parse_at_every_offset() =>
        Gen.Select(Gen.Long[-62_135_000_000_000, 253_402_000_000_000], Gen.Int[-1439, 1439], Gen.Int[3, 9], Gen.Bool).Sample((unixMs, offset, digits, lower) =>
        {
            var local = DateTime.UnixEpoch.AddMilliseconds(unixMs).AddMinutes(offset);
            var text = local.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture) + new string('0', digits - 3)
                + (offset == 0 ? "Z" : string.Create(CultureInfo.InvariantCulture, $"{(offset < 0 ? '-' : '+')}{Math.Abs(offset) / 60:00}:{Math.Abs(offset) % 60:00}"));
            Assert.Null(Rfc3339.TryParse(lower ? text.ToLowerInvariant() : text, out var parsed));
            Assert.Equal(unixMs, parsed);
        });
}
