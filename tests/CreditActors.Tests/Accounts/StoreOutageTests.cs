using System.Data.Common;
using Akka.Actor;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>When the event store fails everything, accounts answer and live on.</summary>
public sealed class StoreOutageTests(ITestOutputHelper output)
    : AccountTestKit(output, "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private Akka.TestKit.TestScheduler Time => (Akka.TestKit.TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task An_outage_stops_no_more_accounts_than_there_are_permits()
    {
        Settings = Settings with { WriteGate = Settings.WriteGate with { PermitsMax = 3 } };
        var accounts = await Awake(50);
        await Events.OnWrite.Fail();

        foreach (var account in accounts)
            account.Tell(Command(new Usage("u", 1, 1)), TestActor);
        for (var i = 0; i < accounts.Count; i++)
            Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        Assert.InRange(await CountLiving(accounts), 47, 49);
    }

    [Fact]
    public async Task While_the_gate_is_closed_writes_are_unavailable_and_nobody_dies_and_then_one_tries()
    {
        var accounts = await Awake(20);
        await Events.OnWrite.Fail();
        Assert.Equal(EntryOutcome.Unavailable, await Record(accounts[0], new Usage("u", 1, 1)));
        await Events.OnWrite.Pass();
        foreach (var account in accounts.Skip(1))
            Assert.Equal(EntryOutcome.Unavailable, await Record(account, new Usage("u", 1, 1)));
        Assert.Equal(19, await CountLiving(accounts));

        Time.Advance(Settings.WriteGate.ClosedMin);
        foreach (var account in accounts.Skip(1))
            Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("u", 1, 1))).Status);
    }

    [Fact]
    public async Task A_write_that_another_live_copy_has_overtaken_stops_that_account_and_holds_up_no_other()
    {
        var accounts = await Awake(2);
        var held = await HoldWrites();
        accounts[0].Tell(Command(new Usage("u", 1, 1)), TestActor);
        held.SetException(new InvalidOperationException("the transaction failed", new KeyIsTakenException()));
        Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));

        await Events.OnWrite.Pass();
        Assert.Equal(OutcomeStatus.Recorded, (await Record(accounts[1], new Usage("u", 1, 1))).Status);
        Assert.Equal(1, await CountLiving(accounts));
    }

    [Fact]
    public async Task An_account_that_stops_while_it_waits_or_writes_gives_its_permit_back()
    {
        Settings = Settings with { WriteGate = Settings.WriteGate with { PermitsMax = 1 } };
        var accounts = await Awake(3);
        var held = await HoldWrites();
        accounts[0].Tell(Command(new Usage("u", 1, 1)), TestActor);
        accounts[1].Tell(Command(new Usage("u", 1, 1)), TestActor);
        await Balance(accounts[1], 0);
        foreach (var account in accounts.Take(2))
        {
            // Of the end and of the answer before it, the end would come first to one and the same actor: it is a system message.
            var end = CreateTestProbe();
            await end.WatchAsync(account);
            Sys.Stop(account);
            Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
            await end.ExpectTerminatedAsync(account);
        }

        held.SetResult();
        await Events.OnWrite.Pass();
        Assert.Equal(OutcomeStatus.Recorded, (await Record(accounts[2], new Usage("u", 1, 1))).Status);
    }

    private async Task<List<IActorRef>> Awake(int count)
    {
        var accounts = Enumerable.Range(0, count).Select(i => Account($"a{i}")).ToList();
        foreach (var account in accounts)
            await Balance(account, 0);
        return accounts;
    }

    private async Task<int> CountLiving(List<IActorRef> accounts)
    {
        var living = 0;
        foreach (var account in accounts)
        {
            var identity = await account.Ask<ActorIdentity>(new Identify(0), CancellationToken.None);
            living += identity.Subject is null ? 0 : 1;
        }

        return living;
    }

    private sealed class KeyIsTakenException : DbException
    {
        public override string SqlState => "23505";
    }
}
