namespace CreditActors.Tests.Ledger;

/// <summary>The two examples of SPEC §6, word for word, and the rest of what it says of the class.</summary>
public sealed class SeedExamples
{
    private readonly GpuCredit _account = new();

    [Fact]
    public void Microsofts_credit_is_there_from_its_first_tick_to_its_last()
    {
        _account.AddCredit("microsoft", amount: 10, timestamp: 10, expiration: 30);
        Assert.Null(_account.GetBalance(0));
        Assert.Equal(10, _account.GetBalance(10));
        Assert.Equal(10, _account.GetBalance(40));
        Assert.Null(_account.GetBalance(41));
    }

    [Fact]
    public void Googles_credit_comes_when_amazons_is_nearly_spent_and_outlives_it()
    {
        _account.AddCredit("amazon", amount: 40, timestamp: 10, expiration: 50);
        _account.UseCredit(timestamp: 30, amount: 30);
        Assert.Equal(10, _account.GetBalance(40));
        _account.AddCredit("google", amount: 20, timestamp: 60, expiration: 10);
        Assert.Equal(30, _account.GetBalance(60));
        Assert.Equal(20, _account.GetBalance(61));
        Assert.Equal(20, _account.GetBalance(70));
        Assert.Null(_account.GetBalance(71));
    }

    [Fact]
    public void A_late_credit_pays_an_uncovered_usage_first()
    {
        _account.UseCredit(timestamp: 20, amount: 7);
        Assert.Null(_account.GetBalance(20));
        _account.AddCredit("late", amount: 10, timestamp: 15, expiration: 10);
        Assert.Equal(10, _account.GetBalance(19));
        Assert.Equal(3, _account.GetBalance(20));
    }

    [Fact]
    public void Each_call_of_UseCredit_is_a_new_usage()
    {
        _account.AddCredit("c", amount: 10, timestamp: 0, expiration: 9);
        _account.UseCredit(timestamp: 1, amount: 3);
        _account.UseCredit(timestamp: 1, amount: 3);
        Assert.Equal(4, _account.GetBalance(1));
    }

    [Fact]
    public void A_known_credit_again_changes_nothing_and_with_other_content_it_throws()
    {
        _account.AddCredit("c", amount: 10, timestamp: 0, expiration: 9);
        _account.AddCredit("c", amount: 10, timestamp: 0, expiration: 9);
        Assert.Equal(10, _account.GetBalance(0));
        Assert.Throws<InvalidOperationException>(() => _account.AddCredit("c", amount: 11, timestamp: 0, expiration: 9));
        Assert.Equal(10, _account.GetBalance(0));
    }

    [Fact]
    public void A_balance_of_nothing_left_is_none()
    {
        _account.AddCredit("c", amount: 10, timestamp: 0, expiration: 9);
        _account.UseCredit(timestamp: 5, amount: 10);
        Assert.Equal(10, _account.GetBalance(4));
        Assert.Null(_account.GetBalance(5));
    }

    [Fact]
    public void A_value_beyond_its_rule_throws_and_changes_nothing()
    {
        Assert.Throws<ArgumentException>(() => _account.AddCredit("", 1, 0, 0));
        Assert.Throws<ArgumentException>(() => _account.AddCredit("c", 0, 0, 0));
        Assert.Throws<ArgumentException>(() => _account.AddCredit("c", 1, 0, -1));
        Assert.Throws<ArgumentException>(() => _account.UseCredit(0, 0));
        Assert.Throws<ArgumentException>(() => _account.GetBalance(1L << 53));
        Assert.Null(_account.GetBalance(0));
    }
}
