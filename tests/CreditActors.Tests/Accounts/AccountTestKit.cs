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

    internal StoreGates Gates => field ??= StoreGates.Of(Settings, Sys.Scheduler);

    internal IActorRef Account(string id) => Sys.ActorOf(AccountActor.Props(id, Settings, Gates));

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
        await Events.OnWrite.SetInterceptorAsync(new HeldWrites(release.Task));
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

    private sealed class HeldWrites(Task until) : IJournalInterceptor
    {
        public Task InterceptAsync(IPersistentRepresentation message) => until;
    }
}
