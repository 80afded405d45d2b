using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Tests.Accounts;

namespace CreditActors.Tests.Sharding;

public sealed class PassivationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_account_sent_to_sleep_amid_commands_loses_none()
    {
        await using var node = await AccountNode.Start();
        using var kit = new TestKit(node.System);
        var probe = kit.CreateTestProbe();
        node.Region.Tell(new UseCredit("a", new Usage("first", 1, 1)), probe.Ref);
        await probe.ExpectMsgAsync<EntriesOutcome>(s_patience);
        var account = probe.LastSender;
        var shard = node.System.ActorSelection(account.Path.Parent);
        await probe.WatchAsync(account);

        for (var i = 0; i < 200; i++)
        {
            node.Region.Tell(new UseCredit("a", new Usage($"u{i}", 1, i)), probe.Ref);
            if (i == 100)
                shard.Tell(new Passivate(StopAccount.Instance), account);
        }

        var versions = new List<long>();
        var terminated = false;
        while (versions.Count < 200 || !terminated)
        {
            switch (await probe.ReceiveOneAsync(s_patience))
            {
                case EntriesOutcome outcome:
                    Assert.Equal(OutcomeStatus.Recorded, Assert.Single(outcome.Outcomes).Status);
                    versions.Add(outcome.Outcomes[0].Version);
                    break;
                case Terminated:
                    terminated = true;
                    break;
                case var other:
                    Assert.Fail($"{other ?? "nothing"} after {versions.Count} answers");
                    break;
            }
        }
    }

    [Fact]
    public async Task Callers_who_tell_it_straight_wait_at_the_shard_once_it_is_on_its_way_out()
    {
        await using var node = await AccountNode.Start("gpucredit.account.client.try-again-after = 1h", overTestStores: true);
        var residents = ResidentAccountsProvider.Instance.Apply(node.System);
        await node.Client.GetBalanceAsync("a", 0);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await node.Events.OnWrite.SetInterceptorAsync(new Held(held.Task));
        var first = node.Client.RecordAsync("a", new Usage("first", 1, 1));
        var account = residents.Find("a")!;
        ((IInternalActorRef)account).Parent.Tell(new Passivate(StopAccount.Instance), account);
        await node.Region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, s_patience); // the shard has told it
        await account.Ask<BalanceAnswer>(new GetBalance("a", 0), s_patience); // and it has read that

        var second = node.Client.RecordAsync("a", new Usage("second", 1, 2));
        held.SetResult();

        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 1), await first);
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 2), await second);
        Assert.Equal(2, residents.Woken); // its next life has recorded the second
    }
}
