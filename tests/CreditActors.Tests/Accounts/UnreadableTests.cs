using Akka.Actor;
using Akka.Persistence;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>Accounts whose events can't be read, or not all of them: nothing is answered from half of them, and nobody waits in vain.</summary>
public sealed class UnreadableTests(ITestOutputHelper output) : AccountTestKit(output)
{
    private IActorRef EventStore => Persistence.Instance.Apply(Sys).JournalFor(null);

    private IActorRef SnapshotStore => Persistence.Instance.Apply(Sys).SnapshotStoreFor(null);

    [Fact]
    public async Task Who_comes_while_an_account_is_read_in_vain_is_told_so_and_later_it_is_back()
    {
        await Written("a", 3);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Events.OnRecovery.SetInterceptorAsync(new Held(reading.Task));
        var account = Account("a");
        await WatchAsync(account);
        account.Tell(Command(new Usage("v", 1, 1)), TestActor);
        account.Tell(new RecordEntries("any", [new Usage("w", 1, 1), new Usage("x", 1, 1)]), TestActor);
        account.Tell(new GetBalance("any", 5), TestActor);
        reading.SetException(new InvalidOperationException("the store is down"));

        await ExpectUnavailable(1);
        await ExpectUnavailable(2);
        await ExpectMsgAsync<AccountUnavailable>();
        await ExpectTerminatedAsync(account);

        await Events.OnRecovery.Pass();
        await AwaitConditionAsync(() => Task.FromResult(!Gates.Recoveries.IsShut), TimeSpan.FromSeconds(20));
        Assert.Equal(new EntryOutcome(OutcomeStatus.Recorded, 4), await Record(Account("a"), new Usage("v", 1, 1)));
    }

    [Fact]
    public async Task What_waits_for_an_account_to_be_read_is_counted_in_entries()
    {
        Settings = Settings with { WaitingEntriesMax = 3 };
        await Written("a", 1);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Events.OnRecovery.SetInterceptorAsync(new Held(reading.Task));
        var account = Account("a");
        account.Tell(new RecordEntries("any", [new Usage("v", 1, 1), new Usage("w", 1, 1)]), TestActor);
        account.Tell(new RecordEntries("any", [new Usage("x", 1, 1), new Usage("y", 1, 1)]), TestActor);
        await ExpectUnavailable(2);
        reading.SetResult();
        Assert.All((await ExpectMsgAsync<EntriesOutcome>()).Outcomes, outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
    }

    [Fact]
    public async Task An_account_with_a_missing_event_answers_nothing()
    {
        await Written("a", 3);
        EventStore.Tell(new DeleteMessagesTo(AccountActor.PersistenceIdOf("a"), 1, TestActor));
        await ExpectMsgAsync<DeleteMessagesSuccess>();
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Events.OnRecovery.SetInterceptorAsync(new Held(reading.Task));
        var account = Account("a");
        await WatchAsync(account);
        account.Tell(new GetBalance("any", 5), TestActor);
        reading.SetResult();
        await ExpectMsgAsync<AccountUnavailable>();
        await ExpectTerminatedAsync(account);
    }

    [Fact]
    public async Task An_account_whose_last_events_are_missing_answers_nothing_and_does_not_begin_again_and_again()
    {
        await Written("a", 3);
        EventStore.Tell(new DeleteMessagesTo(AccountActor.PersistenceIdOf("a"), 3, TestActor));
        await ExpectMsgAsync<DeleteMessagesSuccess>();
        var account = Account("a");
        account.Tell(new GetBalance("any", 5), TestActor);
        await ExpectMsgAsync<AccountUnavailable>();
        await WatchAsync(account);
        await ExpectTerminatedAsync(account);
        Assert.False(Gates.Recoveries.IsShut);
    }

    [Fact]
    public async Task A_snapshot_row_that_is_something_else_is_no_snapshot()
    {
        await Written("a", 3);
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(AccountActor.PersistenceIdOf("a"), 2, DateTime.MinValue), new EntriesRecorded([new Credit("c", 100, 0, 10)])), TestActor);
        await ExpectMsgAsync<SaveSnapshotSuccess>();
        Assert.Equal(new BalanceAnswer("a", 5, 98, 3), await Balance(Account("a"), 5));
    }

    [Fact]
    public async Task An_account_that_fails_at_a_row_of_its_snapshot_is_not_read_again_and_again()
    {
        await Written("a", 3);
        await Save("a", new AccountSegment([], 2, NobodyThoughtOf));
        await Save("a", new AccountSegment([2], 3, []));
        var account = Account("a");
        await WatchAsync(account);
        account.Tell(new GetBalance("any", 5), TestActor);
        await ExpectTerminatedAsync(account);
        Assert.False(Gates.Recoveries.IsShut);
    }

    /// <summary>An entry with nothing in it: such a fault as no reader finds.</summary>
    private static PackedEntries NobodyThoughtOf { get; } =
        new() { Kinds = new[] { (byte)EntryKind.Usage }, Ids = default, Amounts = default, TimestampSteps = default, Revisions = default, Expirations = default, Priorities = default };

    private async Task ExpectUnavailable(int entries) =>
        Assert.Equal(Enumerable.Repeat(EntryOutcome.Unavailable, entries), (await ExpectMsgAsync<EntriesOutcome>()).Outcomes.AsEnumerable());

    private async Task Written(string id, int events)
    {
        var account = Account(id);
        await Record(account, new Credit("c", 100, 0, 10));
        for (var i = 1; i < events; i++)
            await Record(account, new Usage($"u{i}", 1, i));
        await Stop(account);
    }
}
