using System.Text;
using CreditActors.Ledger;
using GpuCredit.Host.Formats;

namespace Host.Tests.Formats;

public sealed class JsonFormatTests
{
    private const string Usage = """{"accountId":"a","usageId":"u","amount":1,"timestamp":2}""";

    private readonly JsonFormat _format = new();

    [Fact]
    public void One_entry_is_one_draft()
    {
        var draft = _format.EntryOf(Messages.Of(Usage));
        Assert.Equal("a", draft.AccountId);
        Assert.Equal(new Usage("u", 1, 2), draft.Entry);
    }

    [Theory]
    [InlineData($" [{Usage},\n{Usage}] ", null, 2)]
    [InlineData("[]", null, 0)]
    [InlineData($"[{Usage}]", "application/json", 1)]
    [InlineData($"{Usage}\n\n{Usage}\r\n", "application/x-ndjson", 2)]
    [InlineData($"{Usage}\n\n{Usage}\r\n", "Application/X-NDJSON; charset=utf-8", 2)]
    [InlineData("", "application/x-ndjson", 0)]
    public void An_array_or_lines_have_a_draft_for_each_entry(string body, string? contentType, int count)
    {
        var drafts = _format.Read(Messages.Of(body, contentType));
        Assert.Equal(count, drafts.Count);
        Assert.All(drafts, draft => Assert.Null(draft.Refusal));
    }

    [Fact]
    public void The_content_type_may_be_a_header() =>
        Assert.Equal(2, _format.Read(Messages.Of($"{Usage}\n{Usage}", null, "Content-Type=application/x-ndjson")).Count);

    [Fact]
    public void A_bad_element_costs_only_itself() =>
        Assert.Equal([false, true, false], _format.Read(Messages.Of($"[{Usage},17,{Usage}]")).Select(draft => draft.Refusal is not null));

    [Theory]
    [InlineData("", null, "body must be valid JSON")]
    [InlineData("nonsense", null, "body must be valid JSON")]
    [InlineData("17", null, "body must be one JSON object")]
    [InlineData($"[{Usage}", null, "body must be one JSON array of entries")]
    [InlineData($"{Usage}{Usage}", null, "body must be valid JSON")]
    [InlineData($"[{Usage}]", "application/x-ndjson", "body must be one JSON object")]
    [InlineData("""{"accountId":"a","usageId":"u","amount":1,"amount":1,"timestamp":2}""", null, "amount must be given once")]
    [InlineData("""{"usageId":"u","amount":1,"timestamp":2}""", null, "accountId must be given")]
    public void What_cannot_be_read_is_one_refusal(string body, string? contentType, string refusal) =>
        Assert.Equal(refusal, _format.RefusalOf(Messages.Of(body, contentType)));

    [Theory]
    [InlineData("application/json", "[", ",", "]")]
    [InlineData("application/x-ndjson", "", "\n", "")]
    public void A_message_holds_as_many_entries_as_a_request_and_not_one_more(string contentType, string before, string between, string after)
    {
        string Body(int count) => before + string.Join(between, Enumerable.Repeat("1", count)) + after;
        Assert.Equal(10_000, _format.Read(Messages.Of(Body(10_000), contentType)).Count);
        Assert.Equal("body must hold at most 10000 entries", _format.RefusalOf(Messages.Of(Body(10_001), contentType)));
    }

    [Fact]
    public void A_message_has_as_many_bytes_as_a_request_and_not_one_more()
    {
        var body = Encoding.UTF8.GetBytes(Usage + new string(' ', FormatLimits.MessageBytesMax));
        Assert.Equal(new Usage("u", 1, 2), _format.EntryOf(Messages.Of(body[..FormatLimits.MessageBytesMax])).Entry);
        Assert.Equal("body must have at most 8388608 bytes", _format.RefusalOf(Messages.Of(body[..(FormatLimits.MessageBytesMax + 1)])));
    }
}
