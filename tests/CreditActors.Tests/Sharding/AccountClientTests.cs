using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using CreditActors.Serialization;
using CreditActors.Sharding;

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

    [Fact]
    public async Task Entries_of_many_accounts_are_decided_as_if_sent_one_after_another()
    {
        await using var node = await AccountNode.Start();
        // Two chunks and more for "big", repeats and a conflict across them, others in between.
        var entries = new List<AccountEntry>();
        for (var i = 0; i < 6_000; i++)
        {
            entries.Add(new("big", new Usage($"u{i % 5_000}", 1, 1)));
            if (i % 100 == 0)
                entries.Add(new($"small{i % 300}", new Usage($"u{i}", 1, 1)));
        }

        entries.Add(new("big", new Usage("u0", 2, 1)));
        entries.Add(new("big", new Usage("u0", 2, 1, Revision: 1)));
        entries.Add(new("big", new Usage("u0", 1, 1)));
        entries.Add(new("..", new Usage("u0", 1, 1)));
        entries.Add(new("big", new Usage("u 0", 1, 1)));

        var outcomes = await node.Client.RecordAsync(entries);
        var big = entries.Zip(outcomes).Where(pair => pair.First.AccountId == "big").Select(pair => pair.Second).ToList();
        Assert.All(big.Take(5_000), outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
        Assert.All(big.Skip(5_000).Take(1_000), outcome => Assert.Equal(OutcomeStatus.Duplicate, outcome.Status));
        Assert.Equal(
            [OutcomeStatus.Conflict, OutcomeStatus.Recorded, OutcomeStatus.Superseded, OutcomeStatus.Rejected],
            big.Skip(6_000).Select(outcome => outcome.Status));
        Assert.Equal(new Usage("u0", 1, 1), big[6_000].Standing);
        Assert.All(entries.Zip(outcomes).Where(pair => pair.First.AccountId.StartsWith("small", StringComparison.Ordinal)), pair => Assert.Equal(OutcomeStatus.Recorded, pair.Second.Status));
        Assert.Equal("accountId", outcomes[^2].Refusal?.Field);
        Assert.Equal("usageId", outcomes[^1].Refusal?.Field);
    }

    [Fact]
    public async Task An_idle_account_leaves_memory_and_comes_back_with_what_it_held()
    {
        await using var node = await AccountNode.Start("gpucredit.account.passivate-after = 1s");
        await node.Client.RecordAsync("a", new Credit("c", 10, 0, 100));
        var region = node.Region;
        Assert.Equal(1, await Awake());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await Awake() != 0)
            await Task.Delay(50, deadline.Token);
        Assert.Equal(10, (await node.Client.GetBalanceAsync("a", 100)).Answer?.Balance);
        Assert.Equal(OutcomeStatus.Duplicate, (await node.Client.RecordAsync("a", new Credit("c", 10, 0, 100))).Status);

        async Task<int> Awake() =>
            (await region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(5))).Shards.Sum(shard => shard.EntityIds.Count);
    }

    [Fact]
    public async Task A_refused_entry_makes_no_account()
    {
        await using var node = await AccountNode.Start();
        var outcome = await node.Client.RecordAsync("a", new Usage("u", 0, 1));
        Assert.Equal((OutcomeStatus.Rejected, "amount", 0L), (outcome.Status, outcome.Refusal?.Field, outcome.Version));
        var state = await node.Region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(5));
        Assert.Empty(state.Shards);
    }

    [Fact]
    public async Task Without_an_answer_within_the_deadline_entries_are_unavailable()
    {
        using var system = ActorSystem.Create("silent");
        var client = Client(system, deadline: TimeSpan.FromMilliseconds(100), entriesInFlightMax: 10);
        Assert.Equal(EntryOutcome.Unavailable, await client.RecordAsync("a", new Usage("u", 1, 1)));
        Assert.All(await client.RecordAsync([new("a", new Usage("u", 1, 1)), new("b", new Usage("u", 1, 1))]), outcome => Assert.Equal(EntryOutcome.Unavailable, outcome));
        Assert.False((await client.GetBalanceAsync("a", 0)).IsAvailable);
    }

    [Fact]
    public async Task A_region_that_is_not_up_within_the_deadline_is_unavailable()
    {
        var client = new AccountClient(new MissingRegion(), new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), 2, 10), TimeProvider.System, LostMessageTests.Member, AccountMetrics.From(null), new ResidentAccounts(1 << 20));
        Assert.Equal(EntryOutcome.Unavailable, await client.RecordAsync("a", new Usage("u", 1, 1)));
    }

    [Fact]
    public async Task Entries_beyond_those_that_may_be_under_way_are_unavailable_at_once()
    {
        using var system = ActorSystem.Create("silent");
        var client = Client(system, deadline: TimeSpan.FromMinutes(1), entriesInFlightMax: 2);
        using var cancel = new CancellationTokenSource();
        var first = client.RecordAsync([new("a", new Usage("u", 1, 1)), new("b", new Usage("u", 1, 1))], cancel.Token);
        Assert.Equal(EntryOutcome.Unavailable, await client.RecordAsync("c", new Usage("u", 1, 1)));
        Assert.Equal(EntryOutcome.Unavailable, Assert.Single(await client.RecordAsync([new("c", new Usage("u", 1, 1))])));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        using var again = new CancellationTokenSource();
        var second = client.RecordAsync("c", new Usage("u", 1, 1), again.Token);
        Assert.False(second.IsCompleted);
        await again.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task What_is_bound_to_no_serializer_is_refused_and_not_written_as_json()
    {
        await using var node = await AccountNode.Start();
        Assert.IsType<ProtobufSerializer>(node.System.Serialization.FindSerializerForType(typeof(EntriesRecorded)));
        Assert.ThrowsAny<Exception>(() => node.System.Serialization.FindSerializerFor(new Unbound()).ToBinary(new Unbound()));
    }

    [Fact]
    public void Every_setting_of_the_reference_is_read()
    {
        var settings = AccountSettings.From(Akka.Configuration.Config.Empty);
        Assert.True(ResidentBudget.TryParse("40%", out var resident));
        Assert.Equal(
            new AccountSettings(
                4_096, 16_384, TimeSpan.FromMinutes(2), null, 2_048, resident,
                new(512, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)),
                new(64, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)),
                new(256, 2_048, 65_536, TimeSpan.FromSeconds(30))),
            settings);
        Assert.Equal(new AccountClientSettings(TimeSpan.FromSeconds(12), TimeSpan.FromMilliseconds(500), 6, 100_000), AccountClientSettings.From(Akka.Configuration.Config.Empty));
    }

    private static AccountClient Client(ActorSystem system, TimeSpan deadline, int entriesInFlightMax) =>
        new(new SilentRegion(system.ActorOf(Props.Create(() => new Silent()))), new(deadline, TimeSpan.FromMinutes(1), 2, entriesInFlightMax), TimeProvider.System, LostMessageTests.Member, AccountMetrics.From(null), new ResidentAccounts(1 << 20));

    private sealed record Unbound;

    private sealed class Silent : ReceiveActor
    {
        public Silent() => ReceiveAny(_ => { });
    }

    private sealed class MissingRegion : IRequiredActor<AccountRegion>
    {
        public IActorRef ActorRef => throw new InvalidOperationException("It is not up.");

        public Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) => new TaskCompletionSource<IActorRef>().Task;
    }

    private sealed class SilentRegion(IActorRef region) : IRequiredActor<AccountRegion>
    {
        public IActorRef ActorRef => region;

        public Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) => Task.FromResult(region);
    }
}
