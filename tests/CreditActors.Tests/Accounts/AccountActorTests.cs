using Akka.Actor;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

public sealed class AccountActorTests(ITestOutputHelper output) : AccountTestKit(output)
{
    private static readonly Credit Ten = new("c", 10, 10, 30);

    [Fact]
    public async Task A_reply_comes_only_after_the_write()
    {
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        account.Tell(Command(Ten), TestActor);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        held.SetResult();
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 1), Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
    }

    [Fact]
    public async Task Balances_come_from_what_is_stored_and_not_from_what_is_being_written()
    {
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        account.Tell(Command(Ten), TestActor);
        Assert.Equal(new BalanceAnswer("a", 10, 0, 0), await Balance(account, 10));
        held.SetResult();
        await ExpectMsgAsync<EntriesOutcome>();
        Assert.Equal(new BalanceAnswer("a", 10, 10, 1), await Balance(account, 10));
    }

    [Fact]
    public async Task What_gathers_during_a_write_is_stored_as_one_event()
    {
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        for (var i = 0; i < 100; i++)
            account.Tell(Command(new Usage($"u{i}", 1, i)), TestActor);
        await Balance(account, 0);
        held.SetResult();
        for (var i = 0; i < 100; i++)
            Assert.Equal(i == 0 ? 1 : 2, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes).Version);
        Assert.Equal([1, 99], (await Stored("a")).Select(recorded => recorded.Entries.Length));
    }

    [Fact]
    public async Task A_repeat_of_an_entry_in_flight_waits_for_its_write()
    {
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        account.Tell(Command(Ten), TestActor);
        account.Tell(Command(Ten), TestActor);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        held.SetResult();
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 1), Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        Assert.Equal(new EntryOutcome(OutcomeStatus.Duplicate, 1), Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        Assert.Single(await Stored("a"));
    }

    [Fact]
    public async Task A_repeat_of_an_entry_in_flight_fails_with_its_write_and_nothing_acknowledged_is_lost()
    {
        var account = Account("a");
        await Record(account, new Usage("before", 1, 1));
        await WatchAsync(account);
        var held = await HoldWrites();
        account.Tell(Command(Ten), TestActor);
        account.Tell(Command(Ten), TestActor);
        account.Tell(Command(new Usage("gathered", 1, 1)), TestActor);
        await Balance(account, 0);
        held.SetException(new Akka.Persistence.TestKit.TestJournalFailureException());
        for (var i = 0; i < 3; i++)
            Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        await ExpectTerminatedAsync(account);

        await Events.OnWrite.Pass();
        account = Sys.ActorOf(AccountActor.Props("a", AccountNode.Of(Sys, Settings, StoreGates.Of(Settings, Sys.Scheduler), Clock)));
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage("before", 1, 1))).Status);
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, Ten)).Status);
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("gathered", 1, 1))).Status);
    }

    [Fact]
    public async Task A_refused_event_is_unavailable_and_the_next_incarnation_goes_on()
    {
        var account = Account("a");
        await Record(account, new Usage("before", 1, 1));
        await WatchAsync(account);
        await Events.OnWrite.Reject();
        Assert.Equal(EntryOutcome.Unavailable, await Record(account, Ten));
        await ExpectTerminatedAsync(account);

        await Events.OnWrite.Pass();
        account = Account("a");
        Assert.Equal(new EntryOutcome(OutcomeStatus.Duplicate, 1), await Record(account, new Usage("before", 1, 1)));
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 2), await Record(account, Ten));
    }

    [Fact]
    public async Task Stopping_drains_the_write_in_flight_and_what_has_gathered()
    {
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        for (var i = 0; i < 100; i++)
            account.Tell(Command(new Usage($"u{i}", 1, i)), TestActor);
        await WatchAsync(account);
        account.Tell(StopAccount.Instance, TestActor);
        await Balance(account, 0);
        held.SetResult();
        for (var i = 0; i < 100; i++)
            Assert.Equal(OutcomeStatus.Recorded, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes).Status);
        await ExpectTerminatedAsync(account);
        Assert.Equal(100, (await Stored("a")).Sum(recorded => recorded.Entries.Length));
    }

    /// <summary>The shard keeps what comes for an account that it has sent to sleep until that has ended.</summary>
    [Fact]
    public async Task An_account_that_fails_while_it_stops_stops_all_the_same()
    {
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        account.Tell(Command(Ten), TestActor);
        await WatchAsync(account);
        account.Tell(StopAccount.Instance, TestActor);
        await Balance(account, 0);
        Clock.Tick = long.MaxValue; // is no time
        account.Tell(Command(Ten), TestActor);
        Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        held.SetResult();
        await ExpectTerminatedAsync(account);
    }

    [Fact]
    public async Task What_waits_is_bounded_and_more_is_unavailable_at_once()
    {
        Settings = Settings with { WaitingEntriesMax = 10 };
        var account = Account("a");
        await Balance(account, 0);
        var held = await HoldWrites();
        account.Tell(new RecordEntries("a", [.. Enumerable.Range(0, 10).Select(i => new Usage($"u{i}", 1, i))]), TestActor);
        Assert.Equal(EntryOutcome.Unavailable, await Record(account, Ten));
        held.SetResult();
        Assert.Equal(10, (await ExpectMsgAsync<EntriesOutcome>()).Outcomes.Length);
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, Ten)).Status);
    }

    [Fact]
    public async Task An_account_comes_back_with_what_was_acknowledged()
    {
        var account = Account("a");
        await Record(account, Ten);
        await Stop(account);
        Assert.Equal(new BalanceAnswer("a", 40, 10, 1), await Balance(Account("a"), 40));
    }

    [Fact]
    public async Task A_message_that_no_account_knows_is_unhandled()
    {
        var account = Account("a");
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.UnhandledMessage));
        account.Tell("what?");
        Assert.Equal("what?", (await ExpectMsgAsync<Akka.Event.UnhandledMessage>()).Message);
    }
}
