using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Sharding;
using CreditActors.Tests.Accounts;

namespace CreditActors.Tests.Sharding;

/// <summary>Accounts beyond the budget, with real sharding: the smallest budget holds about a hundred small accounts.</summary>
public sealed class ResidentTests
{
    private const string Least = "gpucredit.account.resident-bytes = 1MiB";
    private const int Accounts = 400;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Those_stay_that_were_used_last_and_all_answer_right()
    {
        await using var node = await AccountNode.Start(Least);
        var residents = ResidentAccountsProvider.Instance.Apply(node.System);
        for (var i = 0; i < Accounts; i++)
        {
            await Credit(node, i);
            await Ask(node, 7); // in between, always
        }

        for (var i = 0; i < 10; i++)
            await Ask(node, i);
        var here = await Settled(node, residents);
        Assert.InRange(here.Count, 20, Accounts / 2);
        Assert.InRange(residents.Bytes, 1, residents.BytesMax);
        Assert.Equal(Accounts - here.Count + 9, residents.Evicted); // nine of the ten had left
        int[] expected = [.. Enumerable.Range(0, 10), .. Enumerable.Range(Accounts - (here.Count - 10), here.Count - 10)];
        Assert.Equal(expected.Select(Id).Order(StringComparer.Ordinal), here);

        for (var i = 0; i < Accounts; i++)
            Assert.Equal(i + 1, await Ask(node, i));
    }

    /// <summary>Sent to the region as it is, so that nothing is tried again: every message is answered, by whichever incarnation.</summary>
    [Fact]
    public async Task While_far_more_accounts_are_wanted_than_fit_no_message_is_lost()
    {
        const int Rounds = 6;
        await using var node = await AccountNode.Start(Least);
        using var kit = new TestKit(node.System);
        var probe = kit.CreateTestProbe();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Accounts; i++)
            {
                node.Region.Tell(new AddCredit(Id(i), new Credit($"c{round}", 1, 0, 9)), probe.Ref);
                node.Region.Tell(new AddCredit(Id(i * 7 % Accounts), new Credit($"d{round}", 1, 0, 9)), probe.Ref);
            }

            for (var i = 0; i < 2 * Accounts; i++)
                Assert.Equal(OutcomeStatus.Recorded, Assert.Single((await probe.ExpectMsgAsync<EntriesOutcome>(s_patience)).Outcomes).Status);
        }

        var residents = ResidentAccountsProvider.Instance.Apply(node.System);
        Assert.InRange(residents.Evicted, (Rounds - 1) * Accounts / 2, long.MaxValue);
        for (var i = 0; i < Accounts; i++)
            Assert.Equal(2 * Rounds, await Ask(node, i));
        await Settled(node, residents);
        Assert.InRange(residents.Bytes, 1, residents.BytesMax);
    }

    [Fact]
    public async Task An_account_larger_than_the_budget_works_and_stays_while_it_is_used()
    {
        await using var node = await AccountNode.Start(Least);
        using var kit = new TestKit(node.System);
        var residents = ResidentAccountsProvider.Instance.Apply(node.System);
        for (var from = 0; from < 40_000; from += 4_000)
        {
            var outcomes = await node.Client.RecordAsync([.. Enumerable.Range(from, 4_000).Select(n => new AccountEntry("large", new Usage($"usage-{n}", 1, n)))]);
            Assert.All(outcomes, outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
        }

        Assert.InRange(residents.Bytes, residents.BytesMax + 1, long.MaxValue);
        var incarnation = await Incarnation(kit, node, "large");
        for (var i = 0; i < Accounts; i++)
        {
            await Credit(node, i);
            Assert.Equal(incarnation, await Incarnation(kit, node, "large"));
        }

        Assert.InRange(residents.Evicted, Accounts / 2, Accounts);
    }

    [Fact]
    public async Task Who_is_sent_away_amid_a_write_finishes_it_first()
    {
        await using var node = await AccountNode.Start(Least, overTestStores: true);
        using var kit = new TestKit(node.System);
        var (writer, probe) = (kit.CreateTestProbe(), kit.CreateTestProbe());
        await node.Client.GetBalanceAsync("writes", 0);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await node.Events.OnWrite.SetInterceptorAsync(new Held(held.Task));
        node.Region.Tell(new AddCredit("writes", new Credit("c", 5, 0, 9)), writer.Ref);
        node.Region.Tell(new GetBalance("writes", 0), probe.Ref);
        await probe.ExpectMsgAsync<BalanceAnswer>(s_patience);
        var account = probe.LastSender;
        await probe.WatchAsync(account);

        var residents = ResidentAccountsProvider.Instance.Apply(node.System);
        for (var i = 0; residents.Evicted == 0; i++)
            await Ask(node, i);
        node.Region.Tell(new UseCredit("writes", new Usage("u", 2, 1)), writer.Ref); // waits at the shard, for the next incarnation
        await probe.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200));
        held.SetResult();
        for (var version = 1; version <= 2; version++)
            Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, version), Assert.Single((await writer.ExpectMsgAsync<EntriesOutcome>(s_patience)).Outcomes));
        await probe.ExpectTerminatedAsync(account, s_patience);
        Assert.Equal(3, (await node.Client.GetBalanceAsync("writes", 2)).Answer?.Balance);
    }

    /// <summary>The storm of cold questions is held up at the store, all that may be read at once; who is in memory writes on.</summary>
    [Fact]
    public async Task While_as_many_accounts_are_read_as_may_be_those_in_memory_go_on_writing()
    {
        const int RecoveriesMax = 4;
        const int Cold = 40;
        await using var node = await AccountNode.Start($"{Least}, gpucredit.account.recovery-gate.recoveries-max = {RecoveriesMax}", overTestStores: true);
        var residents = ResidentAccountsProvider.Instance.Apply(node.System);
        for (var i = 0; i < Accounts; i++)
            await Credit(node, i); // the first have left when the last come
        await Settled(node, residents);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await node.Events.OnRecovery.SetInterceptorAsync(new Held(reading.Task));
        var storm = Enumerable.Range(0, Cold).Select(i => node.Client.GetBalanceAsync(Id(i), 0)).ToArray();
        var gate = StoreGatesProvider.Instance.Apply(node.System).Recoveries;
        using var deadline = new CancellationTokenSource(s_patience);
        while (gate.Waiting < Cold - RecoveriesMax)
            await Task.Delay(5, deadline.Token);

        for (var i = Accounts - 20; i < Accounts; i++)
            Assert.Equal(OutcomeStatus.Recorded, (await node.Client.RecordAsync(Id(i), new Usage("u", 1, 1))).Status);
        Assert.Equal(RecoveriesMax, gate.Granted);
        Assert.All(storm, question => Assert.False(question.IsCompleted));
        reading.SetResult();
        Assert.Equal(Enumerable.Range(1, Cold).Select(balance => (long?)balance), (await Task.WhenAll(storm)).Select(answer => answer.Answer?.Balance));
    }

    private static string Id(int account) => $"a{account:D4}";

    private static async Task Credit(AccountNode node, int account) =>
        Assert.Equal(OutcomeStatus.Recorded, (await node.Client.RecordAsync(Id(account), new Credit("c", account + 1, 0, 9))).Status);

    private static async Task<long> Ask(AccountNode node, int account) => (await node.Client.GetBalanceAsync(Id(account), 0)).Answer!.Balance;

    private static async Task<IActorRef> Incarnation(TestKit kit, AccountNode node, string account)
    {
        node.Region.Tell(new GetBalance(account, 0), kit.TestActor);
        await kit.ExpectMsgAsync<BalanceAnswer>(s_patience);
        return kit.LastSender;
    }

    /// <summary>The accounts in memory once those that were asked to leave are gone.</summary>
    private static async Task<List<string>> Settled(AccountNode node, ResidentAccounts residents)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        while (true)
        {
            var state = await node.Region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, s_patience);
            List<string> here = [.. state.Shards.SelectMany(shard => shard.EntityIds).Order(StringComparer.Ordinal)];
            if (residents.Bytes <= residents.BytesMax && here.Count == residents.Count)
                return here;
            await Task.Delay(20, deadline.Token);
        }
    }
}
