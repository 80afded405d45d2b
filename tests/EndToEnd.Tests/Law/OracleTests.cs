namespace EndToEnd.Tests.Law;

/// <summary>The judge, judged by hand-written cases.</summary>
public sealed class OracleTests
{
    [Fact]
    public void It_knows_the_first_seed_example()
    {
        Edition[] editions = [Edition.Credit("a", "microsoft", 10, 10, 30)];

        Assert.Equal([null, 10, 10, null], Balances(editions, 0, 10, 40, 41));
    }

    [Fact]
    public void It_knows_the_second_seed_example()
    {
        Edition[] editions =
        [
            Edition.Credit("a", "google", 20, 60, 10),
            Edition.Usage("a", "u", 30, 30),
            Edition.Credit("a", "amazon", 40, 10, 50),
        ];

        Assert.Equal([10, 30, 20, 20, null], Balances(editions, 40, 60, 61, 70, 71));
    }

    [Fact]
    public void A_lower_priority_burns_before_an_earlier_end()
    {
        Edition[] editions =
        [
            Edition.Credit("a", "early", 10, 0, 10),
            Edition.Credit("a", "first", 10, 0, 20, priority: 1),
            Edition.Usage("a", "u", 10, 5),
        ];

        Assert.Equal([10, null], Balances(editions, 10, 11));
    }

    [Fact]
    public void A_void_takes_the_whole_entry_away()
    {
        Edition[] editions =
        [
            Edition.Usage("a", "u", 0, 5, revision: 1),
            Edition.Credit("a", "c", 10, 0, 10),
            Edition.Usage("a", "u", 7, 5),
        ];

        Assert.Equal([10], Balances(editions, 10));
    }

    [Fact]
    public void What_one_credit_cannot_pay_the_next_pays_and_the_rest_is_nobodys()
    {
        Edition[] editions =
        [
            Edition.Credit("a", "one", 10, 0, 10),
            Edition.Credit("a", "two", 10, 0, 20),
            Edition.Usage("a", "u", 15, 5),
            Edition.Usage("a", "v", 15, 6),
            Edition.Credit("a", "later", 3, 7, 20),
        ];

        Assert.Equal([10 + 10 - 15, null, 3], Balances(editions, 5, 6, 7));
    }

    private static IEnumerable<long?> Balances(Edition[] editions, params long[] instants)
        => instants.Select(at => Oracle.BalanceAt(editions, at));
}
