using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>An actor system whose event store and snapshot store fail, refuse and dawdle when told to.</summary>
public abstract class AccountTestKit(ITestOutputHelper output, string hocon = "")
    : TestKit(ConfigurationFactory.ParseString(hocon).WithFallback(Stores), "accounts", output)
{
    private static readonly Config Stores = ConfigurationFactory
        .ParseString(
            """
            akka.persistence.snapshot-store.test.snapshot-is-optional = true
            akka.persistence.snapshot-store.test.circuit-breaker.max-failures = 100000
            akka.loglevel = WARNING
            akka.test.single-expect-default = 20s
            """)
        .WithFallback(ConfigurationFactory.FromResource<TestJournal>("Akka.Persistence.TestKit.config.conf"));

    protected ITestJournal Events => TestJournal.FromRef(Persistence.Instance.Apply(Sys).JournalFor(null));

    protected ITestSnapshotStore Snapshots => TestSnapshotStore.FromRef(Persistence.Instance.Apply(Sys).SnapshotStoreFor(null));

    internal AccountSettings Settings { get; set; } = AccountSettings.From(Config.Empty);

    internal ClockOfTests Clock { get; } = new();

    internal StoreGates Gates => field ??= StoreGates.Of(Settings, Sys.Scheduler);

    internal IActorRef Account(string id) => Sys.ActorOf(AccountActor.Props(id, AccountNode.Of(Sys, Settings, Gates, Clock)));

    internal async Task<EntryOutcome> Record(IActorRef account, Entry entry)
    {
        account.Tell(Command(entry), TestActor);
        return Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes);
    }

    internal async Task<BalanceAnswer> Balance(IActorRef account, long at)
    {
        account.Tell(new GetBalance("any", at), TestActor);
        return await ExpectMsgAsync<BalanceAnswer>();
    }

    /// <summary>From now on writes wait for the returned source: completed, they are stored; faulted, they fail.</summary>
    internal async Task<TaskCompletionSource> HoldWrites()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Events.OnWrite.SetInterceptorAsync(new Held(release.Task));
        return release;
    }

    internal static IAccountMessage Command(Entry entry) =>
        entry is Credit credit ? new AddCredit("any", credit) : new UseCredit("any", (Usage)entry);

    internal async Task Stop(IActorRef account)
    {
        await WatchAsync(account);
        account.Tell(StopAccount.Instance);
        await ExpectTerminatedAsync(account);
    }

    /// <summary>What the event store holds of the account, oldest first.</summary>
    internal async Task<List<EntriesRecorded>> Stored(string id)
    {
        var probe = CreateTestProbe();
        Persistence.Instance.Apply(Sys).JournalFor(null).Tell(new ReplayMessages(1, long.MaxValue, long.MaxValue, AccountActor.PersistenceIdOf(id), probe.Ref));
        List<EntriesRecorded> events = [];
        while (await probe.ReceiveOneAsync(TimeSpan.FromSeconds(20)) is ReplayedMessage replayed)
            events.Add((EntriesRecorded)replayed.Persistent.Payload);
        return events;
    }

    /// <summary>What the snapshot store holds, oldest first.</summary>
    internal async Task<List<AccountSegment>> Rows(string id)
    {
        var rows = new List<AccountSegment>();
        var store = Persistence.Instance.Apply(Sys).SnapshotStoreFor(null);
        for (var version = long.MaxValue; version > 0;)
        {
            var probe = CreateTestProbe();
            store.Tell(new LoadSnapshot(AccountActor.PersistenceIdOf(id), new SnapshotSelectionCriteria(version), version), probe.Ref);
            if ((await probe.ExpectMsgAsync<LoadSnapshotResult>()).Snapshot is not { } row)
                break;
            rows.Insert(0, (AccountSegment)row.Snapshot);
            version = row.Metadata.SequenceNr - 1;
        }

        return rows;
    }

    internal async Task Delete(string id, long version)
    {
        var probe = CreateTestProbe();
        Persistence.Instance.Apply(Sys).SnapshotStoreFor(null).Tell(
            new DeleteSnapshot(new SnapshotMetadata(AccountActor.PersistenceIdOf(id), version, DateTime.MinValue)), probe.Ref);
        await probe.ExpectMsgAsync<DeleteSnapshotSuccess>();
    }

    /// <summary>Puts a row into the snapshot store, in place of the one with its version, if there is one.</summary>
    internal async Task Save(string id, AccountSegment row)
    {
        var probe = CreateTestProbe();
        Persistence.Instance.Apply(Sys).SnapshotStoreFor(null).Tell(
            new SaveSnapshot(new SnapshotMetadata(AccountActor.PersistenceIdOf(id), row.Version, DateTime.MinValue), row), probe.Ref);
        await probe.ExpectMsgAsync<SaveSnapshotSuccess>();
    }

    internal async Task<int> CountEventsRead(string id)
    {
        var counter = new CountingReads();
        await Events.OnRecovery.SetInterceptorAsync(counter);
        var account = Account(id);
        await Balance(account, Limits.TicksMax);
        await Events.OnRecovery.Pass();
        await Stop(account);
        return counter.Count;
    }

    private sealed class CountingReads : IJournalInterceptor
    {
        private int _count;

        public int Count => _count;

        public Task InterceptAsync(IPersistentRepresentation message)
        {
            Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }
    }
}
