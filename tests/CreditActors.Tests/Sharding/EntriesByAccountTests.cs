using CreditActors.Ledger;
using CreditActors.Sharding;
using CsCheck;

namespace CreditActors.Tests.Sharding;

public sealed class EntriesByAccountTests
{
    [Fact]
    public void Every_place_that_is_not_left_out_is_with_its_account_in_order() => Gen.Int[0, 34].Array[0, 60].Sample(places =>
    {
        AccountEntry[] entries = [.. places.Select((place, i) => new AccountEntry($"a{place % 7}", new Usage($"u{i}", 1, 1)))];
        var by = new EntriesByAccount(entries, i => places[i] % 5 == 0);
        var expected = places.Select((place, i) => (Account: place % 7, Place: i)).Where(one => places[one.Place] % 5 != 0)
            .GroupBy(one => one.Account, one => one.Place).ToList();
        Assert.Equal(expected.Count, by.Count);
        Assert.Equal(expected.Sum(account => account.Count()), by.EntryCount);
        for (var i = 0; i < by.Count; i++)
            Assert.Equal(expected[i], by.PositionsOf(i).ToArray());
    });
}
