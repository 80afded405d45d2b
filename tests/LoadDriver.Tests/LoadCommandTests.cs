using LoadDriver.Settings;

namespace LoadDriver.Tests;

public sealed class LoadCommandTests
{
    [Theory]
    [InlineData("--hot 1.5", "--hot must be a number from 0 to 1; it is \"1.5\"")]
    [InlineData("--clients 0", "--clients must be a whole number from 1 to 10,000; it is \"0\"")]
    [InlineData("--transport smoke", "--transport must be http, ndjson, grpc or stream; it is \"smoke\"")]
    [InlineData("--url nowhere", "--url must be an absolute http or https address; it is \"nowhere\"")]
    [InlineData("--prefix ä", "--prefix must be at most 100 characters of printable ASCII without space")]
    [InlineData("--write ../x", "--write must be letters, digits, - and _")]
    [InlineData("--rate 5 --clients 2", "--clients must not be given with --rate")]
    [InlineData("--in-flight 2", "--in-flight must not be given without --rate")]
    [InlineData("--batch 2", "--batch must be 1 with --transport http")]
    [InlineData("--transport stream --batch 1001", "--batch must be at most 1000 with --transport stream")]
    [InlineData("--bogus", "--bogus")]
    public void A_wrong_argument_is_named_with_its_rule(string line, string sentence)
    {
        var errors = new StringWriter();
        Assert.Null(Read(line, errors, out var exitCode));
        Assert.Equal(2, exitCode);
        Assert.Contains(sentence, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_given_is_what_is_done_and_the_rest_has_its_defaults()
    {
        var options = Read("--rate 50.5 --transport stream --batch 20 --seed 9 --prefix p- --start -7", TextWriter.Null, out _)!;

        Assert.Equal((50.5, Transport.Stream, 20, 9UL, "p-", -7L), (options.Rate, options.Transport, options.Batch, options.Seed, options.Prefix, options.Start));
        Assert.Equal(new LoadOptions().Hot, options.Hot);
        Assert.Equal("load-19700101-000000-42-", Read("", TextWriter.Null, out _)!.Prefix);
    }

    private static LoadOptions? Read(string line, TextWriter errors, out int exitCode) =>
        new LoadCommand().Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), DateTimeOffset.UnixEpoch, 42, errors, out exitCode);
}
