using System.Text;
using GpuCredit.Host.Http;

namespace Host.Tests.Http;

public sealed class EntryBatchTests
{
    private const string Usage = """{"accountId":"a","usageId":"u","amount":1,"timestamp":1}""";

    [Theory]
    [InlineData("[]", 0)]
    [InlineData(" [ ] ", 0)]
    [InlineData($"[{Usage}]", 1)]
    [InlineData($"[{Usage},\n{Usage} , {Usage}]", 3)]
    public void An_array_has_as_many_entries_as_elements(string json, int count)
    {
        var batch = Array(json);
        Assert.Equal(count, batch.Drafts.Count);
        Assert.All(batch.Drafts, draft => Assert.Null(draft.Refusal));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("17")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"accountId":{"accountId":[{}]}}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("1 2")]
    [InlineData("//\n1")]
    [InlineData("nonsense")]
    [InlineData("{accountId:1}")]
    [InlineData("{]")]
    [InlineData("""{"accountId":"a","usageId":"u","amount":01,"timestamp":1}""")]
    [InlineData("""{"accountId":"a","usageId":"u","amount":.5,"timestamp":1}""")]
    [InlineData("""{"accountId":"a","usageId":"u","amount":1,"timestamp":1,}""")]
    [InlineData("""{"accountId":"],[\"\\\"","usageId":"u\q"}""")]
    public void An_element_that_is_no_entry_is_refused_by_itself(string element)
    {
        var drafts = Array($"[{Usage},{element},{Usage}]").Drafts;
        Assert.Equal([false, true, false], drafts.Select(draft => draft.Refusal is not null));
    }

    [Fact]
    public void An_element_as_deep_as_it_likes_is_refused_by_itself()
    {
        var element = new string('[', 100_000) + new string(']', 100_000);
        Assert.Equal([false, true, false], Array($"[{Usage},{element},{Usage}]").Drafts.Select(draft => draft.Refusal is not null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData(Usage)]
    [InlineData("[1,]")]
    [InlineData("[1] []")]
    [InlineData("[1")]
    [InlineData("[1,,2]")]
    [InlineData("[,]")]
    [InlineData("[}]")]
    [InlineData("[{]")]
    [InlineData("[\"]")]
    [InlineData("[\"\\\"]")]
    [InlineData("[")]
    [InlineData("]")]
    public void What_is_no_JSON_array_is_refused_whole(string json) => Assert.True(Array(json).IsNotAnArray);

    [Theory]
    [InlineData("", 0)]
    [InlineData("\n\r\n  \n\t\n", 0)]
    [InlineData(Usage, 1)]
    [InlineData($"{Usage}\n", 1)]
    [InlineData($"\n{Usage}\r\n\r\n  {Usage}  \n\n", 2)]
    public void Blank_lines_are_nothing(string lines, int count)
    {
        var batch = Lines(lines);
        Assert.Equal(count, batch.Drafts.Count);
        Assert.All(batch.Drafts, draft => Assert.Null(draft.Refusal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData($"[{Usage}]")]
    [InlineData($"{Usage},")]
    [InlineData($"{Usage}{Usage}")]
    [InlineData("\u00A0")]
    public void A_line_that_is_no_entry_is_refused_by_itself(string line)
    {
        var drafts = Lines($"{Usage}\n{line}\n{Usage}").Drafts;
        Assert.Equal([false, true, false], drafts.Select(draft => draft.Refusal is not null));
    }

    [Fact]
    public void One_entry_more_than_allowed_is_too_many()
    {
        Assert.False(EntryBatch.ReadArray("[1,2,3]"u8, 3).IsTooLong);
        Assert.True(EntryBatch.ReadArray("[1,2,3,4]"u8, 3).IsTooLong);
        Assert.False(EntryBatch.ReadLines("1\n2\n\n3\n\n"u8, 3).IsTooLong);
        Assert.True(EntryBatch.ReadLines("1\n2\n\n3\n4"u8, 3).IsTooLong);
    }

    private static EntryBatch Array(string json) => EntryBatch.ReadArray(Encoding.UTF8.GetBytes(json), 10);

    private static EntryBatch Lines(string lines) => EntryBatch.ReadLines(Encoding.UTF8.GetBytes(lines), 10);
}
