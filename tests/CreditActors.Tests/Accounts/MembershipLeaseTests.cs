using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace CreditActors.Tests.Accounts;

/// <summary>A node that may not be a member any more answers nothing from memory.</summary>
public sealed class MembershipLeaseTests(ITestOutputHelper output) : AccountTestKit(output)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private MembershipLease Lease => MembershipLeaseProvider.Instance.Apply(Sys);

    [Fact]
    public async Task Without_its_lease_an_account_answers_no_question_and_takes_no_entry()
    {
        var account = Account("a");
        await Record(account, new Credit("c", 10, 0, 100));
        Lease.Lose();
        account.Tell(new GetBalance("a", 5), TestActor);
        await ExpectMsgAsync<AccountUnavailable>();
        Assert.Equal(EntryOutcome.Unavailable, await Record(account, new Usage("u", 1, 1)));
        Assert.Equal(EntryOutcome.Unavailable, await Record(account, new Credit("c", 10, 0, 100)));
        Assert.Single(await Stored("a"));

        Lease.HoldWithoutEnd();
        Assert.Equal(10, (await Balance(account, 5)).Balance);
        Assert.Equal(OutcomeStatus.Recorded, (await Record(account, new Usage("u", 1, 1))).Status);
    }

    [Fact]
    public async Task A_write_that_comes_through_after_the_lease_has_ended_is_not_acknowledged()
    {
        var account = Account("a");
        var release = await HoldWrites();
        account.Tell(new AddCredit("a", new Credit("c", 10, 0, 100)), TestActor);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        Lease.Lose();
        release.SetResult();
        Assert.Equal(EntryOutcome.Unavailable, Assert.Single((await ExpectMsgAsync<EntriesOutcome>()).Outcomes));
        Lease.HoldWithoutEnd();
        Assert.Equal(OutcomeStatus.Duplicate, (await Record(account, new Credit("c", 10, 0, 100))).Status);
    }

    [Fact]
    public void A_lease_ends_by_itself_and_a_shorter_one_does_not_cut_it()
    {
        var time = new FakeTimeProvider();
        var lease = new MembershipLease(time);
        Assert.True(lease.IsHeld);
        lease.Lose();
        Assert.False(lease.IsHeld);

        var until = time.GetTimestamp() + (Length.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond);
        lease.HoldUntil(until);
        lease.HoldUntil(until / 2);
        Assert.True(lease.IsHeld);
        time.Advance(Length - TimeSpan.FromTicks(1));
        Assert.True(lease.IsHeld);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.False(lease.IsHeld);
    }

    [Fact]
    public void The_limit_ends_a_lease_that_is_held_without_end_until_it_is_moved_on()
    {
        var time = new FakeTimeProvider();
        var lease = new MembershipLease(time);
        lease.Limit(time.GetTimestamp());
        Assert.False(lease.IsHeld);

        lease.Limit(time.GetTimestamp() + (Length.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond));
        lease.Limit(time.GetTimestamp());
        Assert.True(lease.IsHeld);
        time.Advance(Length);
        Assert.False(lease.IsHeld);
        lease.HoldWithoutEnd();
        Assert.False(lease.IsHeld);
    }

    [Fact]
    public void A_lease_that_is_revoked_never_comes_back()
    {
        var time = new FakeTimeProvider();
        var lease = new MembershipLease(time);
        lease.Limit(long.MaxValue - 1);
        Assert.True(lease.IsHeld);
        lease.Revoke();
        lease.Limit(long.MaxValue - 1);
        lease.HoldWithoutEnd();
        Assert.False(lease.IsHeld);
        Assert.True(lease.IsGranted);
    }
}
