using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>An entry's content is every field after defaults; two entries are equal when their content is.</summary>
public sealed class EntryTests
{
    private static readonly Credit ACredit = new("c", 10, 5, 20);
    private static readonly Usage AUsage = new("u", 10, 5);

    [Fact]
    public void A_default_left_out_is_the_default_written() =>
        Assert.Equal<Entry>(ACredit, new Credit("c", 10, 5, 20, Priority: 50, Revision: 0));

    [Fact]
    public void Every_field_is_content()
    {
        Entry[] others =
        [
            ACredit with { CreditId = "C" }, ACredit with { Amount = 11 }, ACredit with { Timestamp = 6 }, ACredit with { Expiration = 21 },
            ACredit with { Priority = 51 }, ACredit with { Revision = 1 },
            AUsage, AUsage with { UsageId = "U" }, AUsage with { Amount = 11 }, AUsage with { Timestamp = 6 }, AUsage with { Revision = 1 },
            new Usage("c", 10, 5),
        ];
        Assert.All(others, other => Assert.NotEqual(ACredit, other));
        Assert.Equal(others.Length, others.Distinct().Count());
        Assert.Equal<Entry>(AUsage, new Usage(new string("u"), 10, 5, 0));
        Assert.Equal(AUsage.GetHashCode(), new Usage("u", 10, 5, 0).GetHashCode());
    }

    [Fact]
    public void A_credit_is_active_from_its_timestamp_to_its_end_both_included()
    {
        Assert.Equal(25, ACredit.End);
        Assert.Equal(Limits.TicksMax, new Credit("c", 1, -Limits.TicksMax, Limits.TicksMax).End + Limits.TicksMax);
    }

    [Fact]
    public void A_credit_that_breaks_every_rule_can_still_be_printed() =>
        Assert.Contains("wild", new Credit("wild", 1, long.MaxValue, long.MaxValue).ToString(), StringComparison.Ordinal);

    [Fact]
    public void An_entry_knows_its_kind_its_id_and_whether_it_is_void()
    {
        Assert.Equal((EntryKind.Credit, "c", false), (ACredit.Kind, ACredit.Id, ACredit.IsVoid));
        Assert.Equal((EntryKind.Usage, "u", true), (AUsage.Kind, AUsage.Id, (AUsage with { Amount = 0, Revision = 1 }).IsVoid));
        Assert.True(EntryKind.Credit < EntryKind.Usage, "at one timestamp credits come first");
    }
}
