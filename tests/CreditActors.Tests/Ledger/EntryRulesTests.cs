using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>Every bound of SPEC §2: the last value inside, the first outside, and the field that the refusal names.</summary>
public sealed class EntryRulesTests
{
    private const long Most = 9_007_199_254_740_991;

    private static readonly Credit ACredit = new("c", 1, 0, 0);
    private static readonly Usage AUsage = new("u", 1, 0);

    public static TheoryData<string> GoodIds => new()
    {
        "a", "!", "~", "A-Z/a_z%2F+#?\\\"'", ".", "..", "0", new string('x', 128),
    };

    public static TheoryData<string?> BadIds => new()
    {
        null, "", " ", "a b", " a", "a ", "a\n", "\t", "\0", "a\u007f", "é", "a\u00a0", "😀", "ａ", new string('x', 129),
    };

    [Theory]
    [MemberData(nameof(GoodIds))]
    public void An_id_is_1_to_128_printable_ascii_characters(string id)
    {
        Assert.Null(EntryRules.Check(ACredit with { CreditId = id }));
        Assert.Null(EntryRules.Check(AUsage with { UsageId = id }));
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public void Any_other_id_is_refused_by_its_name(string? id)
    {
        Assert.Equal("creditId", EntryRules.Check(ACredit with { CreditId = id! })?.Field);
        Assert.Equal("usageId", EntryRules.Check(AUsage with { UsageId = id! })?.Field);
        Assert.Equal("accountId", EntryRules.CheckAccountId(id!)?.Field);
    }

    [Fact]
    public void Every_printable_ascii_character_is_good_in_an_id_and_no_other()
    {
        for (var c = '\0'; c < 0x300; c++)
            Assert.Equal(c is >= '!' and <= '~', EntryRules.Check(AUsage with { UsageId = $"a{c}b" }) is null);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData(".a", true)]
    [InlineData("...", true)]
    [InlineData("a/b%2F+", true)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    public void An_account_id_stands_in_paths_so_it_is_not_a_dot_or_two(string id, bool good) =>
        Assert.Equal(good ? null : "accountId", EntryRules.CheckAccountId(id)?.Field);

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(Most, 0, true)]
    [InlineData(Most + 1, 0, false)]
    [InlineData(0, 0, false)]
    [InlineData(0, 1, true)]
    [InlineData(0, int.MaxValue, true)]
    [InlineData(-1, 0, false)]
    [InlineData(-1, 1, false)]
    [InlineData(long.MinValue, 1, false)]
    [InlineData(long.MaxValue, 1, false)]
    public void An_amount_is_1_to_2_pow_53_less_1_and_0_only_as_a_void(long amount, int revision, bool good)
    {
        Assert.Equal(good ? null : "amount", EntryRules.Check(ACredit with { Amount = amount, Revision = revision })?.Field);
        Assert.Equal(good ? null : "amount", EntryRules.Check(AUsage with { Amount = amount, Revision = revision })?.Field);
    }

    [Theory]
    [InlineData(-Most, true)]
    [InlineData(Most, true)]
    [InlineData(-Most - 1, false)]
    [InlineData(Most + 1, false)]
    [InlineData(long.MinValue, false)]
    [InlineData(long.MaxValue, false)]
    public void A_timestamp_is_at_most_2_pow_53_less_1_from_0(long timestamp, bool good)
    {
        Assert.Equal(good ? null : "timestamp", EntryRules.Check(ACredit with { Timestamp = timestamp })?.Field);
        Assert.Equal(good ? null : "timestamp", EntryRules.Check(AUsage with { Timestamp = timestamp })?.Field);
        Assert.Equal(good ? null : "at", EntryRules.CheckAt(timestamp)?.Field);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, Most, true)]
    [InlineData(-Most, Most, true)]
    [InlineData(Most, 0, true)]
    [InlineData(Most - 1, 1, true)]
    [InlineData(0, -1, false)]
    [InlineData(-Most, Most + 1, false)]
    [InlineData(1, Most, false)]
    [InlineData(Most, 1, false)]
    [InlineData(Most, Most, false)]
    [InlineData(0, long.MaxValue, false)]
    [InlineData(Most, long.MaxValue, false)]
    [InlineData(0, long.MinValue, false)]
    public void A_credit_ends_by_2_pow_53_less_1(long timestamp, long expiration, bool good) =>
        Assert.Equal(good ? null : "expiration", EntryRules.Check(ACredit with { Timestamp = timestamp, Expiration = expiration })?.Field);

    [Theory]
    [InlineData(0, true)]
    [InlineData(100, true)]
    [InlineData(-1, false)]
    [InlineData(101, false)]
    public void A_priority_is_0_to_100(int priority, bool good) =>
        Assert.Equal(good ? null : "priority", EntryRules.Check(ACredit with { Priority = priority })?.Field);

    [Theory]
    [InlineData(0, true)]
    [InlineData(int.MaxValue, true)]
    [InlineData(-1, false)]
    [InlineData(int.MinValue, false)]
    public void A_revision_is_0_to_2_pow_31_less_1(int revision, bool good)
    {
        Assert.Equal(good ? null : "revision", EntryRules.Check(ACredit with { Revision = revision })?.Field);
        Assert.Equal(good ? null : "revision", EntryRules.Check(AUsage with { Revision = revision })?.Field);
    }

    [Fact]
    public void A_refusal_reads_as_a_sentence() =>
        Assert.Equal("priority must be a whole number from 0 to 100", EntryRules.Check(ACredit with { Priority = 101 })?.ToString());

    [Fact]
    public void The_limits_are_the_contracts()
    {
        Assert.Equal(Most, Limits.AmountMax);
        Assert.Equal(Most, Limits.TicksMax);
        Assert.Equal(Most, Limits.ExpirationMax);
        Assert.Equal(long.MaxValue, Limits.StandingCreditsMax);
        Assert.Equal((100, 50, int.MaxValue, 128), (Limits.PriorityMax, Limits.PriorityDefault, Limits.RevisionMax, Limits.IdCharsMax));
    }
}
