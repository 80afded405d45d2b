using CreditActors.Ledger;

namespace CreditActors.Tests.Ledger;

/// <summary>The two examples of SPEC §6, word for word.</summary>
public sealed class SeedExamples
{
    [Fact]
    public void Microsofts_credit_is_there_from_its_first_tick_to_its_last()
    {
        var journal = new Journal();
        journal.Apply(new Credit("microsoft", 10, 10, 30));
        Assert.Equal(0, journal.BalanceAt(0));
        Assert.Equal(10, journal.BalanceAt(10));
        Assert.Equal(10, journal.BalanceAt(40));
        Assert.Equal(0, journal.BalanceAt(41));
    }

    [Fact]
    public void Googles_credit_outlives_amazons()
    {
        var journal = new Journal();
        journal.Apply(new Credit("amazon", 40, 10, 50));
        journal.Apply(new Usage("u", 30, 30));
        Assert.Equal(10, journal.BalanceAt(40));
        journal.Apply(new Credit("google", 20, 60, 10));
        Assert.Equal(30, journal.BalanceAt(60));
        Assert.Equal(20, journal.BalanceAt(61));
        Assert.Equal(20, journal.BalanceAt(70));
        Assert.Equal(0, journal.BalanceAt(71));
    }
}
