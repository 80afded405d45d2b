using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Tests.Sharding;

public sealed class PassivationTests
{
    [Fact]
    public async Task An_account_sent_to_sleep_amid_commands_loses_none()
    {
        await using var node = await AccountNode.Start();
        using var kit = new TestKit(node.System);
        var probe = kit.CreateTestProbe();
        node.Region.Tell(new UseCredit("a", new Usage("first", 1, 1)), probe.Ref);
        await probe.ExpectMsgAsync<EntriesOutcome>(TimeSpan.FromSeconds(20));
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
            switch (await probe.ReceiveOneAsync(TimeSpan.FromSeconds(20)))
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
    public async Task Callers_who_tell_it_straight_lose_none_either()
    {
        await using var node = await AccountNode.Start();
        var residents = ResidentAccountsProvider.Instance.Apply(node.System);
        var recorded = await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                var outcome = await node.Client.RecordAsync("a", new Usage($"u{caller}-{i}", 1, i));
                Assert.Equal(OutcomeStatus.Recorded, outcome.Status);
                if (i % 20 == 10 && residents.Find("a") is { } account)
                    node.System.ActorSelection(account.Path.Parent).Tell(new Passivate(StopAccount.Instance), account);
            }

            return 100;
        })));
        Assert.Equal(800, recorded.Sum());
        Assert.True(residents.Woken > 1, "It never slept.");
    }
}
