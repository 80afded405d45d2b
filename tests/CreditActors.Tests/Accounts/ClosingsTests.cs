using Akka.Actor;
using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>What operators see of closings, and what a snapshot after one says of the credits that have left.</summary>
public sealed class ClosingsTests : AccountTestKit
{
    public ClosingsTests(ITestOutputHelper output)
        : base(output, "akka.loglevel = DEBUG") =>
        Settings = Settings with { Horizon = 100, ClosingPortionEntries = 3, Snapshot = new(CutEvents: 2, CutEntries: 2, RowEntriesMax: 40, LoadTimeout: TimeSpan.FromSeconds(30)) };

    private Closings Closings => ClosingsProvider.Instance.Apply(Sys);

    [Fact]
    public async Task A_closing_is_counted_and_told_to_the_log_when_it_is_carried_out()
    {
        var account = await Open(new Credit("runs", 100, 0, 1_000), new Credit("ended", 100, 0, 5), new Usage("u", 1, 4), new Usage("v", 1, 20));
        await EventFilter.Debug(contains: "Account a: version 2 has closed its books before 11; 2 entries have left, 3 stay.").ExpectOneAsync(
            TimeSpan.FromSeconds(20), () => Close(account));
        Assert.Equal((1, 1, 2, 0), (Closings.Begun, Closings.CarriedOut, Closings.Folded, Closings.UnderWay));
    }

    [Fact]
    public async Task One_whose_account_stops_in_the_middle_is_begun_and_no_more_under_way()
    {
        var account = await Open(new Usage("u", 1, 4));
        var held = await HoldWrites();
        Clock.Tick = 111;
        account.Tell(Command(new Usage("later", 1, 111)), TestActor);
        account.Tell(StopAccount.Instance);
        await WatchAsync(account);
        held.SetResult();
        await ExpectMsgAsync<EntriesOutcome>();
        await ExpectTerminatedAsync(account);
        await Events.OnWrite.Pass();
        Assert.Equal(1, (await Balance(Account("a"), 111)).Version - 1); // carried out as it was read
        Assert.Equal((1, 0, 0, 0), (Closings.Begun, Closings.CarriedOut, Closings.Folded, Closings.UnderWay));
    }

    [Fact]
    public async Task A_node_with_a_shorter_horizon_forgets_by_its_own_length_and_knows_what_is_younger_than_twice_that()
    {
        var account = await Open(new Usage("u", 1, 4), new Usage("v", 1, 20));
        await Close(account);
        await Stop(account);
        Settings = Settings with { Horizon = 50 };
        Clock.Tick = 112;
        account = Account("a");
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage("u", 1, 4))).Status);
        await Record(account, new Usage("closes", 1, 112));
        await AwaitConditionAsync(() => Task.FromResult(Closings.CarriedOut == 2), TimeSpan.FromSeconds(20));
        Assert.Equal(OutcomeStatus.Late, (await Record(account, new Usage("u", 1, 4))).Status);
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Usage("v", 1, 20))).Status);
    }

    [Fact]
    public async Task Credits_that_have_left_count_towards_the_limit_after_a_recovery_from_the_snapshot_too()
    {
        var account = await Open([.. Enumerable.Range(0, 1_024).Select(i => new Credit($"c{i}", Limits.AmountMax, 0, 5))]);
        await Close(account);
        await AwaitConditionAsync(async () => (await Rows("a")).Any(row => row.Books is { IsLast: true }), TimeSpan.FromSeconds(20));
        await Stop(account);
        Assert.Equal(0, await CountEventsRead("a"));
        account = Account("a");
        Assert.Equal(OutcomeStatus.Rejected, (await Record(account, new Credit("too-much", 1_024, 111, 5))).Status);
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Credit("fits", 1_023, 111, 5))).Status);
    }

    /// <summary>An account with these entries, of which nothing is before the horizon yet.</summary>
    private async Task<IActorRef> Open(params Entry[] entries)
    {
        var account = Account("a");
        account.Tell(new RecordEntries("a", [.. entries]), TestActor);
        Assert.All((await ExpectMsgAsync<EntriesOutcome>()).Outcomes, outcome => Assert.Equal(OutcomeStatus.Recorded, outcome.Status));
        return account;
    }

    /// <summary>A write, at a time when the horizon is 11.</summary>
    private async Task Close(IActorRef account)
    {
        Clock.Tick = 111;
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("later", 1, 111))).Status);
    }
}
