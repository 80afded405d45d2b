using GpuCredit.Host.Formats;

namespace Host.Tests.Formats;

/// <summary>What HTTP's and NATS's bindings of CloudEvents encode in a header is decoded, once; what Kafka's and AMQP's carry as it is stays as it is.</summary>
public sealed class EncodedHeaderTests
{
    private const string Amount = """{"amount":5}""";

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%61", "a")]
    [InlineData("a+b", "a+b")]
    [InlineData("%e2%82%ac", "€")]
    [InlineData("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀")]
    [InlineData("€😀", "€😀")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"a \\\" \\\\ b\"", "a \" \\ b")]
    [InlineData("%22", "\"")]
    [InlineData("", "")]
    [InlineData("%", null)]
    [InlineData("%2", null)]
    [InlineData("%G0", null)]
    [InlineData("%FF", null)]
    [InlineData("\"", null)]
    public void A_header_is_unquoted_and_decoded_exactly_once(string value, string? decoded) => Assert.Equal(decoded, EncodedHeader.Decode(value));

    [Theory]
    [InlineData("ce-", true, "100%2525", "100%25")]
    [InlineData("CE-", true, "\"100%25\"", "100%")]
    [InlineData("ce-", false, "100%25", "100%25")]
    [InlineData("ce-", false, "\"100%25\"", "\"100%25\"")]
    [InlineData("ce-", false, "100%", "100%")]
    [InlineData("ce_", false, "100%25", "100%25")]
    [InlineData("cloudEvents:", false, "100%25", "100%25")]
    [InlineData("cloudEvents_", false, "\"100%", "\"100%")]
    // Carried over to NATS by a bridge that leaves headers as they are.
    [InlineData("ce_", true, "100%25", "100%25")]
    public void An_attribute_is_decoded_where_the_doors_binding_encodes_it_and_nowhere_else(string prefix, bool isEncoded, string value, string id)
    {
        var message = Messages.Of(Amount, null, [
            $"{prefix}specversion=1.0", $"{prefix}id={value}", $"{prefix}source=/gateway", $"{prefix}type=gpucredit.usage.v1", $"{prefix}subject=a", $"{prefix}time=2026-01-31T12:00:00Z"]);
        Assert.Equal(id, new CloudEventsFormat().EntryOf(message with { HasEncodedHeaders = isEncoded }).Entry!.Id);
    }

    [Theory]
    [InlineData("ce-id", true, "100%2525", "100%25")]
    [InlineData("ce-id", true, "\"100%25\"", "100%")]
    [InlineData("ce-id", false, "100%25", "100%25")]
    [InlineData("ce-id", false, "\"100%", "\"100%")]
    [InlineData("ce_id", true, "100%25", "100%25")]
    [InlineData("x-id", true, "100%25", "100%25")]
    public void A_mapping_reads_a_header_as_the_event_has_it(string header, bool isEncoded, string value, string id)
    {
        var message = Messages.Of(Mappings.Usage, null, $"{header.ToUpperInvariant()}={value}");
        Assert.Equal(id, Mappings.Format($"Id=header['{header}']").EntryOf(message with { HasEncodedHeaders = isEncoded }).Entry!.Id);
    }

    [Theory]
    [InlineData("Id=header['ce-id']")]
    [InlineData("Id=$.i + header['ce-id']?")]
    [InlineData("When=header['ce-id'] == 'other'", "Others=skip")]
    public void A_mapping_that_reads_what_cannot_be_decoded_refuses_the_record(params string[] lines) =>
        Assert.Equal("ce-id must be percent-encoded UTF-8", Mappings.Format(lines).RefusalOf(Messages.Of(Mappings.Usage, null, "ce-id=100%").Encoded()));

    [Fact]
    public void A_header_that_a_mapping_does_not_read_may_hold_anything() =>
        Assert.Equal("u", Mappings.Format("Account=header.account").EntryOf(Messages.Of(Mappings.Usage, null, "ce-id=100%", "account=acme").Encoded()).Entry!.Id);
}
