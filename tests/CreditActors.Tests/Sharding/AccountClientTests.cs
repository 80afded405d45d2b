using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Tests.Sharding;

public sealed class AccountClientTests
{
    [Fact]
    public async Task The_second_example_of_the_contract_through_the_door()
    {
        await using var node = await AccountNode.Start();
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 1), await node.Client.RecordAsync("a/b", new Credit("amazon", 40, 10, 50)));
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 2), await node.Client.RecordAsync("a/b", new Usage("u", 30, 30)));
        Assert.Equal(new BalanceAnswer("a/b", 40, 10, 2), (await node.Client.GetBalanceAsync("a/b", 40)).Answer);
        Assert.Equal(OutcomeStatus.Recorded, (await node.Client.RecordAsync("a/b", new Credit("google", 20, 60, 10))).Status);
        foreach (var (at, balance) in new[] { (60, 30), (61, 20), (70, 20), (71, 0) })
            Assert.Equal(balance, (await node.Client.GetBalanceAsync("a/b", at)).Answer?.Balance);
    }
}
