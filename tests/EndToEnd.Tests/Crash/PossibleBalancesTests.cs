using EndToEnd.Tests.Law;

namespace EndToEnd.Tests.Crash;

public sealed class PossibleBalancesTests
{
    [Fact]
    public void Whichever_of_the_open_editions_are_stored_the_balance_lies_between()
    {
        var random = new Random(7);
        for (var sample = 0; sample < 300; sample++)
        {
            var editions = new Workload(random.Next(), 400).Editions.GroupBy(edition => edition.AccountId).MaxBy(group => group.Count())!.ToList();
            var left = editions.Take(random.Next(editions.Count)).ToList();
            var acknowledged = left.Where(_ => random.Next(4) != 0).ToList();
            var stored = left.Where(edition => acknowledged.Contains(edition) || random.Next(2) == 0).ToList();
            var at = random.Next(Workload.TicksMax);

            var (low, high) = PossibleBalances.Between(acknowledged, left, at);

            Assert.InRange(Oracle.BalanceAt(stored, at) ?? 0, low, high);
        }
    }

    [Fact]
    public void When_nothing_is_open_there_is_one_balance()
    {
        var editions = new Workload(seed: 1, 400).Editions.Where(edition => edition.AccountId == "account-00").ToList();
        for (var at = 0; at < Workload.TicksMax; at += 100)
        {
            var balance = Oracle.BalanceAt(editions, at) ?? 0;
            Assert.Equal((balance, balance), PossibleBalances.Between(editions, editions, at));
        }
    }
}
