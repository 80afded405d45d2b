using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CreditActors.Accounts;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

public sealed class StoreGateTests : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly GateSettings Settings = new(PermitsMax: 2, ClosedMin: Second, ClosedMax: 5 * Second);

    private readonly StoreGate _other;
    private readonly StoreGate _gate;

    public StoreGateTests(ITestOutputHelper output)
        : base(ConfigurationFactory.ParseString("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\""), "gate", output)
    {
        _other = new(Settings, Sys.Scheduler);
        _gate = new(Settings, Sys.Scheduler, _other);
    }

    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    [Fact]
    public async Task Who_comes_when_all_permits_are_out_is_told_in_order()
    {
        var first = Granted();
        var second = Granted();
        var third = Queued();
        var fourth = Queued();
        first.Return(StoreResult.Done);
        Assert.Equal(new GateNotice(third, IsGranted: true), await ExpectMsgAsync<GateNotice>());
        second.Return(StoreResult.Untold);
        Assert.Equal(new GateNotice(fourth, IsGranted: true), await ExpectMsgAsync<GateNotice>());
        Queued();
    }

    [Fact]
    public async Task A_permit_given_back_twice_counts_once()
    {
        var first = Granted();
        Granted();
        first.Return(StoreResult.Done);
        first.Return(StoreResult.Done);
        Granted();
        Queued();
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Who_left_the_queue_is_skipped()
    {
        var first = Granted();
        Granted();
        var third = Queued();
        var fourth = Queued();
        third.Return(StoreResult.Untold);
        first.Return(StoreResult.Done);
        Assert.Equal(new GateNotice(fourth, IsGranted: true), await ExpectMsgAsync<GateNotice>());
    }

    [Fact]
    public async Task A_failed_write_closes_the_gate_and_tells_those_who_wait()
    {
        var first = Granted();
        Granted();
        var third = Queued();
        first.Return(StoreResult.Failed);
        Assert.Equal(new GateNotice(third, IsGranted: false), await ExpectMsgAsync<GateNotice>());
        Refused();
    }

    [Fact]
    public void After_a_while_one_write_tries_and_its_success_opens_the_gate()
    {
        Granted().Return(StoreResult.Failed);
        Time.Advance(Second - TimeSpan.FromMilliseconds(1));
        Refused();
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var probe = Granted();
        Refused();
        probe.Return(StoreResult.Done);
        Granted();
        Granted();
    }

    [Fact]
    public void Each_failure_in_a_row_doubles_the_time_up_to_a_maximum()
    {
        Granted().Return(StoreResult.Failed);
        foreach (var seconds in new[] { 1, 2, 4, 5, 5 })
        {
            Time.Advance(seconds * Second - TimeSpan.FromMilliseconds(1));
            Refused();
            Time.Advance(TimeSpan.FromMilliseconds(1));
            Granted().Return(StoreResult.Failed);
        }

        Time.Advance(5 * Second);
        Granted().Return(StoreResult.Done);
        Granted().Return(StoreResult.Failed);
        Time.Advance(Second);
        Granted();
    }

    [Fact]
    public void Writes_that_were_in_flight_when_the_gate_closed_are_not_failures_in_a_row()
    {
        var first = Granted();
        var second = Granted();
        first.Return(StoreResult.Failed);
        second.Return(StoreResult.Failed);
        Time.Advance(Second);
        Granted();
    }

    [Fact]
    public void A_success_in_flight_opens_the_gate_again()
    {
        var first = Granted();
        var second = Granted();
        first.Return(StoreResult.Failed);
        Refused();
        second.Return(StoreResult.Done);
        Granted();
    }

    [Fact]
    public void A_straggler_that_fails_after_the_gate_opened_again_does_not_close_it()
    {
        var straggler = Granted();
        Granted().Return(StoreResult.Failed);
        Time.Advance(Second);
        Granted().Return(StoreResult.Done);
        straggler.Return(StoreResult.Failed);
        Granted().Return(StoreResult.Failed);
        Refused();
    }

    [Fact]
    public void A_straggler_that_fails_while_one_tries_says_nothing_of_that_one()
    {
        var straggler = Granted();
        Granted().Return(StoreResult.Failed);
        Time.Advance(Second);
        var trying = Granted();
        straggler.Return(StoreResult.Failed);
        Refused();
        trying.Return(StoreResult.Untold);
        Granted();
    }

    [Fact]
    public void One_that_tries_and_fails_when_another_has_opened_the_gate_does_not_close_it()
    {
        var straggler = Granted();
        Granted().Return(StoreResult.Failed);
        Time.Advance(Second);
        var trying = Granted();
        straggler.Return(StoreResult.Done);
        trying.Return(StoreResult.Failed);
        Granted();
    }

    [Fact]
    public void A_probe_that_learned_nothing_lets_the_next_one_try()
    {
        Granted().Return(StoreResult.Failed);
        Time.Advance(Second);
        Granted().Return(StoreResult.Untold);
        Granted();
        Refused();
    }

    [Fact]
    public void A_trial_that_finds_the_store_back_opens_the_other_gate_which_tries_or_is_closed()
    {
        foreach (var otherTries in new[] { true, false })
        {
            Granted(_other).Return(StoreResult.Failed);
            Granted().Return(StoreResult.Failed);
            Time.Advance(Second);
            var slow = Granted(_other);
            if (!otherTries)
                slow.Return(StoreResult.Failed);
            var probe = Granted();
            Assert.Null(_other.Ask(TestActor, out _));
            probe.Return(StoreResult.Done);
            var back = Granted(_other);
            // What was tried before the store was known to be back is old; what fails now closes it again.
            slow.Return(StoreResult.Failed);
            Granted(_other).Return(StoreResult.Done);
            back.Return(StoreResult.Failed);
            Assert.Null(_other.Ask(TestActor, out _));
            Time.Advance(Second);
            Granted(_other).Return(StoreResult.Done);
        }
    }

    [Fact]
    public void A_success_in_flight_when_the_store_went_away_does_not_open_the_other_gate()
    {
        Granted(_other).Return(StoreResult.Failed);
        var inFlight = Granted();
        Granted().Return(StoreResult.Failed);
        inFlight.Return(StoreResult.Done);
        Granted();
        Assert.Null(_other.Ask(TestActor, out _));
    }

    [Fact]
    public void The_other_gate_opens_nothing_but_itself()
    {
        Granted(_other).Return(StoreResult.Failed);
        Granted().Return(StoreResult.Failed);
        Time.Advance(Second);
        var probe = Granted();
        Granted(_other).Return(StoreResult.Done);
        Refused();
        probe.Return(StoreResult.Done);
        Granted();
    }

    [Fact]
    public void A_write_that_finds_the_store_back_opens_the_gate_for_recoveries()
    {
        var gates = StoreGates.Of(AccountSettings.From(Config.Empty), Sys.Scheduler);
        Granted(gates.Recoveries).Return(StoreResult.Failed);
        Granted(gates.Writes).Return(StoreResult.Failed);
        Time.Advance(Second);
        Granted(gates.Recoveries);
        Assert.True(gates.Recoveries.IsShut);
        Granted(gates.Writes).Return(StoreResult.Done);
        Assert.False(gates.Recoveries.IsShut);
    }

    private StorePermit Granted() => Granted(_gate);

    private StorePermit Granted(StoreGate gate)
    {
        var permit = gate.Ask(TestActor, out var isGranted);
        Assert.NotNull(permit);
        Assert.True(isGranted);
        return permit;
    }

    private StorePermit Queued()
    {
        var permit = _gate.Ask(TestActor, out var isGranted);
        Assert.NotNull(permit);
        Assert.False(isGranted);
        return permit;
    }

    private void Refused() => Assert.Null(_gate.Ask(TestActor, out _));
}
