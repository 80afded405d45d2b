using System.Text;
using CreditActors.Ledger;
using GpuCredit.Host.Formats;

namespace Host.Tests.Formats;

public sealed class CloudEventsFormatTests
{
    private const string Structured = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";
    private const string Time = "2026-01-31T12:00:00.500Z";
    private const long Ticks = 1_769_860_800_500;

    private const string Event =
        """{"specversion":"1.0","id":"u","source":"/gateway","type":"gpucredit.usage.v1","subject":"a","time":"2026-01-31T12:00:00.500Z","data":{"amount":5}}""";

    private static readonly string[] Headers =
        ["ce-specversion=1.0", "ce-id=u", "ce-source=/gateway", "ce-type=gpucredit.usage.v1", "ce-subject=a", $"ce-time={Time}"];

    private readonly CloudEventsFormat _format = new();

    [Theory]
    [InlineData(Structured)]
    [InlineData("APPLICATION/CloudEvents+JSON; charset=\"UTF-8\"")]
    [InlineData("application/json")]
    [InlineData(null)]
    public void A_structured_event_is_the_entry_in_it(string? contentType)
    {
        var draft = _format.EntryOf(Messages.Of(Event, contentType));
        Assert.Equal("a", draft.AccountId);
        Assert.Equal(new Usage("u", 5, Ticks), draft.Entry);
    }

    [Theory]
    [InlineData("ce-", "application/json")]
    [InlineData("ce-", null)]
    [InlineData("CE-", "application/vnd.gpucredit+json; charset=utf-8")]
    [InlineData("ce_", "application/json")]
    [InlineData("cloudEvents:", "application/json")]
    [InlineData("cloudEvents_", "application/json")]
    public void An_event_in_headers_is_the_same_whatever_the_binding_calls_them(string prefix, string? contentType)
    {
        var headers = Headers.Select(header => prefix + header["ce-".Length..]).Append("traceparent=00-1-1-00");
        var draft = _format.EntryOf(Messages.Of("""{"amount":5}""", contentType, [.. headers]));
        Assert.Equal("a", draft.AccountId);
        Assert.Equal(new Usage("u", 5, Ticks), draft.Entry);
    }

    [Theory]
    [InlineData(Batch)]
    [InlineData(null)]
    public void A_batch_has_a_draft_for_each_event_and_a_bad_one_costs_only_itself(string? contentType)
    {
        var drafts = _format.Read(Messages.Of($"[{Event},17,{{}},{Event}]", contentType));
        Assert.Equal([null, "body must be one JSON object: a CloudEvent", "specversion must be given", null], drafts.Select(draft => draft.Refusal?.ToString()));
        Assert.Empty(_format.Read(Messages.Of("[]", contentType)));
    }

    [Fact]
    public void A_credit_has_all_its_fields_in_the_data()
    {
        var draft = _format.EntryOf(Messages.Of(Edited("type", "\"gpucredit.credit.v1\"", """{"amount":7,"expiration":30,"priority":3,"revision":2}""")));
        Assert.Equal(new Credit("u", 7, Ticks, 30, 3, 2), draft.Entry);
    }

    [Theory]
    [InlineData("""{"amount":5,"usageId":"other"}""", "other", Ticks)]
    [InlineData("""{"amount":5,"timestamp":17}""", "u", 17)]
    [InlineData("""{"amount":5,"timestamp":"1970-01-01T00:00:00.017Z","usageId":"other"}""", "other", 17)]
    [InlineData("""{"accountId":"a","amount":5}""", "u", Ticks)]
    public void What_the_data_say_goes_before_the_events_id_and_time(string data, string usageId, long timestamp) =>
        Assert.Equal(new Usage(usageId, 5, timestamp), _format.EntryOf(Messages.Of(Edited("time", $"\"{Time}\"", data))).Entry);

    [Theory]
    [InlineData("null")]
    [InlineData("\"2026-01-31T12:00:00.123456789Z\"")] // finer than a tick, but no tick is made of it
    public void A_time_is_not_needed_where_the_data_have_a_timestamp(string time) =>
        Assert.Equal(17, _format.EntryOf(Messages.Of(Edited("time", time, """{"amount":5,"timestamp":17}"""))).Entry!.Timestamp);

    [Theory]
    [InlineData("""datacontenttype":"application/json""")]
    [InlineData("""datacontenttype":"application/vnd.gpucredit+json; charset=utf-8""")]
    [InlineData("""traceparent":"00-1-1-00""")]
    [InlineData("""dataschema":"https://example.com/s""")]
    public void Extensions_and_other_attributes_are_allowed(string attribute) =>
        Assert.Equal(new Usage("u", 5, Ticks), _format.EntryOf(Messages.Of("{\"" + attribute + "\"," + Event[1..])).Entry);

    [Theory]
    [InlineData("17")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    public void An_extension_may_have_any_value(string value) => _format.EntryOf(Messages.Of("{\"ext\":" + value + "," + Event[1..]));

    [Fact]
    public void Data_may_be_in_Base64()
    {
        var data = Convert.ToBase64String("""{"amount":5}"""u8);
        Assert.Equal(new Usage("u", 5, Ticks), _format.EntryOf(Messages.Of(Event.Replace("\"data\":{\"amount\":5}", $"\"data_base64\":\"{data}\"", StringComparison.Ordinal))).Entry);
    }

    [Theory]
    [InlineData("\"data_base64\":null,\"data\":{\"amount\":5}")]
    [InlineData("\"data\":{\"amount\":5},\"data_base64\":null")]
    [InlineData("\"data\":null,\"data_base64\":\"eyJhbW91bnQiOjV9\"")]
    public void Data_that_are_null_are_as_if_left_out(string data) =>
        Assert.Equal(new Usage("u", 5, Ticks), _format.EntryOf(Messages.Of(Event.Replace("\"data\":{\"amount\":5}", data, StringComparison.Ordinal))).Entry);

    [Theory]
    [InlineData("specversion", "null", "specversion must be given")]
    [InlineData("specversion", "\"0.3\"", "specversion must be 1.0")]
    [InlineData("specversion", "1.0", "specversion must be a string")]
    [InlineData("id", "null", "id must be given")]
    [InlineData("id", "\"\"", "id must be given")]
    [InlineData("id", "\"a b\"", "id must be 1 to 128 characters of printable ASCII without space (0x21 to 0x7E)")]
    [InlineData("id", "17", "id must be a string")]
    [InlineData("id", "\"\\ud800\"", "body must be UTF-8, and its escapes Unicode")]
    [InlineData("source", "null", "source must be given")]
    [InlineData("source", "\"\"", "source must be given")]
    [InlineData("type", "null", "type must be gpucredit.credit.v1 or gpucredit.usage.v1")]
    [InlineData("type", "\"gpucredit.usage.v2\"", "type must be gpucredit.credit.v1 or gpucredit.usage.v1")]
    [InlineData("type", "\"GpuCredit.Usage.v1\"", "type must be gpucredit.credit.v1 or gpucredit.usage.v1")]
    [InlineData("subject", "null", "subject must be given: it is the account")]
    [InlineData("subject", "\"\"", "subject must be given: it is the account")]
    [InlineData("subject", "\"..\"", "subject must not be \".\" or \"..\"")]
    [InlineData("subject", "\"a b\"", "subject must be 1 to 128 characters of printable ASCII without space (0x21 to 0x7E)")]
    [InlineData("subject", "{}", "subject must be a string")]
    [InlineData("time", "null", "time must be given, or timestamp in the data")]
    [InlineData("time", "1769860800", "time must be a string")]
    [InlineData("time", "\"yesterday\"", "time must be a whole number of ticks, or an RFC 3339 time with its offset, such as \"2026-01-31T12:00:00Z\"")]
    [InlineData("time", "\"2026-01-31T12:00:00.0001Z\"", "time must have no digit other than 0 below the millisecond")]
    [InlineData("time", "\"2026-01-31T12:00:60Z\"", "time must not be a leap second (:60), which no tick can name")]
    public void A_wrong_attribute_is_refused_by_name(string name, string value, string refusal) =>
        Assert.Equal(refusal, _format.RefusalOf(Messages.Of(Edited(name, value, """{"amount":5}"""))));

    [Theory]
    [InlineData("""{"amount":5,"note":1}""", "note is not a field here (names are case-sensitive)")]
    [InlineData("""{"amount":5,"creditId":"c"}""", "creditId is not a field here (names are case-sensitive)")]
    [InlineData("""{"amount":5,"expiration":1}""", "expiration is not a field here (names are case-sensitive)")]
    [InlineData("""{"amount":"5"}""", "amount must be a whole number, with no quotes, fraction or exponent")]
    [InlineData("""{"amount":5,"amount":5}""", "amount must be given once")]
    [InlineData("""{"accountId":"b","amount":5}""", "accountId must be the event's subject, or left out")]
    [InlineData("""{"accountId":"","amount":5}""", "accountId must be the event's subject, or left out")]
    [InlineData("{}", "amount must be given")]
    [InlineData("null", "data must be given")]
    [InlineData("[]", "data must be one JSON object")]
    [InlineData("\"{}\"", "data must be one JSON object")]
    public void Wrong_data_are_refused_by_the_entrys_own_rules(string data, string refusal) =>
        Assert.Equal(refusal, _format.RefusalOf(Messages.Of(Edited("type", "\"gpucredit.usage.v1\"", data))));

    [Theory]
    [InlineData("""{"id":"x",""", "id must be given once")]
    [InlineData("""{"ext":1,"ext":2,""", "ext must be given once")]
    [InlineData("""{"\u0069d":"x",""", "id must be given once")]
    [InlineData("""{"data":{},""", "data must be given once")]
    [InlineData("""{"data_base64":"e30=",""", "data must not be given beside data_base64")]
    [InlineData("""{"Subject":"a",""", "Subject is not a CloudEvents attribute (their names are lower-case letters and digits)")]
    [InlineData("""{"":"a",""", " is not a CloudEvents attribute (their names are lower-case letters and digits)")]
    [InlineData("""{"\ud800":"a",""", "body must be UTF-8, and its escapes Unicode")]
    [InlineData("""{"datacontenttype":"text/xml",""", "datacontenttype must be application/json, or left out")]
    [InlineData("""{"datacontenttype":"application/json; charset=latin1",""", "datacontenttype must be application/json, or left out")]
    [InlineData("""{"datacontenttype":"",""", "datacontenttype must be application/json, or left out")]
    [InlineData("""{"data":null,""", "data must be given once")]
    [InlineData("""{"data_base64":null,"data_base64":"e30=",""", "data_base64 must be given once")]
    [InlineData("{,", "body must be valid JSON")]
    public void A_wrong_envelope_is_refused(string start, string refusal) => Assert.Equal(refusal, _format.RefusalOf(Messages.Of(start + Event[1..], Structured)));

    [Theory]
    [InlineData("\"data_base64\":\"e30\"", "data_base64 must be a string in Base64")]
    [InlineData("\"data_base64\":17", "data_base64 must be a string in Base64")]
    [InlineData("\"data_base64\":\"e30=\"", "amount must be given")]
    [InlineData("\"data_base64\":\"\\udc00\"", "body must be UTF-8, and its escapes Unicode")]
    [InlineData("\"data_base64\":\"e30\\u003d\"", "amount must be given")]
    [InlineData("\"data_base64\":\"\"", "data must be given")]
    [InlineData("\"ext\":1", "data must be given")]
    [InlineData("\"data_base64\":null", "data must be given")]
    [InlineData("\"data_base64\":null,\"data\":null", "data must be given")]
    public void Data_in_Base64_are_read_as_strictly(string data, string refusal) =>
        Assert.Equal(refusal, _format.RefusalOf(Messages.Of(Event.Replace("\"data\":{\"amount\":5}", data, StringComparison.Ordinal))));

    [Theory]
    [InlineData("application/cloudevents+avro")]
    [InlineData("application/cloudevents+json; charset=latin1")]
    [InlineData("application/cloudevents-batch+xml")]
    public void Another_event_format_is_refused(string contentType) =>
        Assert.Equal($"content-type must be {Structured} or {Batch}, in UTF-8", _format.RefusalOf(Messages.Of(Event, contentType, Headers)));

    [Theory]
    [InlineData("ce-specversion", null, "specversion must be given")]
    [InlineData("ce-subject", null, "subject must be given: it is the account")]
    [InlineData("ce-id", "ce-id=%", "id must be percent-encoded UTF-8")]
    [InlineData("ce-id", "ce-id=%C0%A0", "id must be percent-encoded UTF-8")]
    [InlineData("ce-id", "ce-id=\"u", "id must be percent-encoded UTF-8")]
    [InlineData("ce-id", "ce-id=%E2%82%AC", "id must be 1 to 128 characters of printable ASCII without space (0x21 to 0x7E)")]
    [InlineData("ce-", "CE-ID=u", "id must be given once")]
    [InlineData("ce-", "ce_id=u", "id must be given once")]
    [InlineData("ce-", "ce-a_b=u", "a_b is not a CloudEvents attribute (their names are lower-case letters and digits)")]
    [InlineData("ce-", "ce-datacontenttype=text/plain", "datacontenttype must be application/json, or left out")]
    public void A_wrong_header_is_refused_by_its_attributes_name(string without, string? with, string refusal)
    {
        var headers = Headers.Where(header => header.Split('=')[0] != without).Concat(with is null ? [] : [with]);
        Assert.Equal(refusal, _format.RefusalOf(Messages.Of("""{"amount":5}""", "application/json", [.. headers]).Encoded()));
    }

    [Theory]
    [InlineData("", "application/json", "data must be given")]
    [InlineData("{", "application/json", "data must be valid JSON")]
    [InlineData("""{"amount":5}""", "text/plain", "datacontenttype must be application/json")]
    [InlineData("""{"amount":5}""", "nonsense", "datacontenttype must be application/json")]
    public void A_wrong_body_beside_headers_is_refused(string body, string contentType, string refusal) =>
        Assert.Equal(refusal, _format.RefusalOf(Messages.Of(body, contentType, Headers)));

    [Fact]
    public void What_is_no_UTF_8_is_refused()
    {
        var body = Encoding.UTF8.GetBytes("{\"ext\":\"?\"," + Event[1..]);
        body[Array.IndexOf(body, (byte)'?')] = 0xFF;
        Assert.Equal("body must be UTF-8, and its escapes Unicode", _format.RefusalOf(Messages.Of(body)));
        Assert.Equal("data must be UTF-8, and its escapes Unicode", _format.RefusalOf(Messages.Of([0xFF], "application/json", Headers)));
    }

    [Fact]
    public void A_million_levels_are_refused_like_one()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 1_000_000));
        Assert.Equal("body must be valid JSON", _format.RefusalOf(Messages.Of("{\"ext\":" + deep)));
        Assert.Equal("data must be one JSON object", _format.RefusalOf(Messages.Of(deep, "application/json", Headers)));
    }

    [Fact]
    public void A_batch_holds_as_many_events_as_a_request_holds_entries()
    {
        string Body(int count) => "[" + string.Join(',', Enumerable.Repeat("1", count)) + "]";
        Assert.Equal(10_000, _format.Read(Messages.Of(Body(10_000))).Count);
        Assert.Equal("body must hold at most 10000 CloudEvents", _format.RefusalOf(Messages.Of(Body(10_001))));
        Assert.Equal("body must be one JSON array of CloudEvents", _format.RefusalOf(Messages.Of("[1")));
        Assert.Equal("body must have at most 8388608 bytes", _format.RefusalOf(Messages.Of(new byte[FormatLimits.MessageBytesMax + 1])));
    }

    /// <summary>The event with one attribute's value and the data replaced.</summary>
    private static string Edited(string name, string value, string data)
    {
        var attributes = new Dictionary<string, string>
        {
            ["specversion"] = "\"1.0\"", ["id"] = "\"u\"", ["source"] = "\"/gateway\"", ["type"] = "\"gpucredit.usage.v1\"", ["subject"] = "\"a\"", ["time"] = $"\"{Time}\"",
            [name] = value,
        };
        return "{" + string.Join(',', attributes.Select(pair => $"\"{pair.Key}\":{pair.Value}")) + $",\"data\":{data}}}";
    }
}
