using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>Reading accounts is bounded, stops when the store is down, and one account's damage is its own.</summary>
public sealed class RecoveryGateTests(ITestOutputHelper output) : AccountTestKit(output)
{
    [Fact]
    public async Task A_damaged_account_does_not_hinder_the_others()
    {
        foreach (var id in new[] { "good", "bad" })
            await Written(id);
        await Events.OnRecovery.SetInterceptorAsync(new Reads(id => id == "bad", new SerializationException("garbled")));
        await Unavailable("bad");
        Assert.False(Gates.Recoveries.IsShut);
        Assert.Equal(1, (await Balance(Account("good"), 0)).Version);
    }

    [Fact]
    public async Task A_recovery_that_the_store_failed_shuts_the_gate_and_the_next_account_touches_no_store()
    {
        foreach (var id in new[] { "first", "second" })
            await Written(id);
        var down = new Reads(_ => true, new TestJournalFailureException());
        await Events.OnRecovery.SetInterceptorAsync(down);
        await Unavailable("first");
        Assert.True(Gates.Recoveries.IsShut);
        Assert.Equal(1, down.Count);
        await Unavailable("second");
        Assert.Equal(1, down.Count);
    }

    [Fact]
    public async Task An_account_waits_for_its_turn_while_others_are_read_from_rows_and_events()
    {
        Settings = Settings with
        {
            RecoveryGate = Settings.RecoveryGate with { PermitsMax = 1 },
            Snapshot = Settings.Snapshot with { CutEvents = 1 },
        };
        await Written("next");
        await Written("first", events: 3);
        await DeleteRow("first", 1); // one that the newest names: the events are read instead
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reads = new Reads(_ => true, fault: null, reading.Task);
        await Events.OnRecovery.SetInterceptorAsync(reads);
        var first = Account("first");
        first.Tell(new GetBalance("first", 0), TestActor);
        await AwaitConditionAsync(() => Task.FromResult(reads.Count == 1), TimeSpan.FromSeconds(20));
        Account("next").Tell(new GetBalance("next", 0), TestActor);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        reading.SetResult();
        long[] versions = [(await ExpectMsgAsync<BalanceAnswer>()).Version, (await ExpectMsgAsync<BalanceAnswer>()).Version];
        Assert.Equal([1, 3], versions.Order());
    }

    [Fact]
    public async Task An_account_that_stops_while_it_waits_or_reads_gives_its_permit_back()
    {
        Settings = Settings with { RecoveryGate = Settings.RecoveryGate with { PermitsMax = 1 } };
        foreach (var id in new[] { "reads", "waits", "next" })
            await Written(id);
        var reads = new Reads(_ => true, fault: null, new TaskCompletionSource().Task);
        await Events.OnRecovery.SetInterceptorAsync(reads);
        var reading = Account("reads");
        await AwaitConditionAsync(() => Task.FromResult(reads.Count == 1), TimeSpan.FromSeconds(20));
        foreach (var account in new[] { Account("waits"), reading })
        {
            await WatchAsync(account);
            Sys.Stop(account);
            await ExpectTerminatedAsync(account);
        }

        await Events.OnRecovery.Pass();
        Assert.Equal(1, (await Balance(Account("next"), 0)).Version);
    }

    [Fact]
    public async Task While_the_gate_is_shut_a_stand_in_answers_and_then_it_makes_room_for_the_account()
    {
        var gate = Gates.Recoveries;
        gate.Ask(TestActor, out _)!.Return(StoreResult.Failed);
        var shard = CreateTestProbe();
        var standIn = shard.ChildActorOf(RefusingAccount.Props("a", Settings, gate));
        standIn.Tell(new GetBalance("a", 0), TestActor);
        Assert.Equal(new AccountUnavailable("a"), await ExpectMsgAsync<AccountUnavailable>());
        standIn.Tell(new RecordEntries("a", [new Usage("u", 1, 1), new Usage("v", 1, 1)]), TestActor);
        Assert.Equal([EntryOutcome.Unavailable, EntryOutcome.Unavailable], (await ExpectMsgAsync<EntriesOutcome>()).Outcomes.AsEnumerable());

        await AwaitConditionAsync(() => Task.FromResult(!gate.IsShut), TimeSpan.FromSeconds(20));
        standIn.Tell(new GetBalance("a", 5), TestActor);
        Assert.Same(StopAccount.Instance, (await shard.ExpectMsgAsync<Passivate>()).StopMessage);
        Assert.Equal(new GetBalance("a", 5), await shard.ExpectMsgAsync<GetBalance>());
        Assert.Equal(TestActor, shard.LastSender);
        standIn.Tell(new GetBalance("a", 6), TestActor);
        await ExpectMsgAsync<AccountUnavailable>();
        await WatchAsync(standIn);
        standIn.Tell(StopAccount.Instance);
        await ExpectTerminatedAsync(standIn);
    }

    [Fact]
    public async Task A_stand_in_that_nobody_asks_leaves()
    {
        Settings = Settings with { RecoveryGate = Settings.RecoveryGate with { ClosedMax = TimeSpan.FromMilliseconds(50) } };
        var shard = CreateTestProbe();
        shard.ChildActorOf(RefusingAccount.Props("a", Settings, Gates.Recoveries));
        Assert.Same(StopAccount.Instance, (await shard.ExpectMsgAsync<Passivate>()).StopMessage);
    }

    private async Task Unavailable(string id)
    {
        Account(id).Tell(new GetBalance(id, 0), TestActor);
        Assert.Equal(new AccountUnavailable(id), await ExpectMsgAsync<AccountUnavailable>());
    }

    private async Task Written(string id, int events = 1)
    {
        var account = Account(id);
        for (var i = 0; i < events; i++)
            await Record(account, new Usage($"u{i}", 1, i));
        await Stop(account);
    }

    private async Task DeleteRow(string id, long version)
    {
        Persistence.Instance.Apply(Sys).SnapshotStoreFor(null).Tell(
            new DeleteSnapshot(new SnapshotMetadata(AccountActor.PersistenceIdOf(id), version, DateTime.MinValue)), TestActor);
        await ExpectMsgAsync<DeleteSnapshotSuccess>();
    }

    /// <summary>Counts the events read, holds them up until told, and fails those of some accounts.</summary>
    private sealed class Reads(Func<string, bool> fails, Exception? fault, Task? until = null) : IJournalInterceptor
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public async Task InterceptAsync(IPersistentRepresentation message)
        {
            Interlocked.Increment(ref _count);
            if (until is not null)
                await until;
            if (fault is not null && fails(message.PersistenceId["account-".Length..]))
                throw fault;
        }
    }
}
