using CreditActors.Accounts;
using CreditActors.Ledger;
using CreditActors.Protocol;

namespace CreditActors.Tests.Accounts;

public sealed class AccountStateTests
{
    private static readonly Credit Ten = new("c", 10, 10, 30);

    private readonly AccountState<string> _state = new(eventEntriesMax: 100, waitingEntriesMax: 1_000, new Journal());

    [Fact]
    public void A_command_that_leans_on_nothing_pending_is_answered_at_once_also_during_a_write()
    {
        _state.Replay(new([Ten]), 1);
        _state.Decide("writer", [new Usage("u", 1, 1)]);
        _state.BeginWrite();
        Assert.Equal<EntryOutcome>([new EntryOutcome(OutcomeStatus.Duplicate, 1)], _state.Decide("repeater", [Ten])!.Value);
    }

    [Fact]
    public void A_conflict_with_an_entry_in_flight_waits_and_shows_it()
    {
        _state.Decide("first", [Ten]);
        _state.BeginWrite();
        Assert.Null(_state.Decide("second", [Ten with { Amount = 11 }]));
        var told = _state.CompleteWrite(1);
        Assert.Equal(["first", "second"], told.Select(answer => answer.Caller));
        Assert.Equal<EntryOutcome>([new EntryOutcome(OutcomeStatus.Conflict, 1, Standing: Ten)], told[1].Outcomes);
    }

    [Fact]
    public void A_caller_whose_entries_ride_in_two_events_is_told_after_the_second()
    {
        var state = new AccountState<string>(eventEntriesMax: 2, waitingEntriesMax: 100, new Journal());
        state.Decide("caller", [new Usage("a", 1, 1), new Usage("b", 1, 1), new Usage("c", 1, 1)]);
        Assert.Equal(2, state.BeginWrite().Entries.Length);
        Assert.Empty(state.CompleteWrite(1));
        Assert.Single(state.BeginWrite().Entries);
        Assert.Equal([1L, 1L, 2L], Assert.Single(state.CompleteWrite(2)).Outcomes.Select(outcome => outcome.Version));
    }

    [Fact]
    public void What_was_stored_before_a_later_event_failed_stays_recorded()
    {
        var state = new AccountState<string>(eventEntriesMax: 1, waitingEntriesMax: 100, new Journal());
        state.Decide("caller", [new Usage("a", 1, 1), new Usage("b", 1, 1)]);
        state.BeginWrite();
        state.CompleteWrite(1);
        state.BeginWrite();
        Assert.Equal<EntryOutcome>(
            [new EntryOutcome(OutcomeStatus.Recorded, 1), EntryOutcome.Unavailable],
            Assert.Single(state.GiveUp()).Outcomes);
    }

    [Fact]
    public void A_version_in_an_answer_is_never_before_that_of_an_earlier_entry_of_the_command()
    {
        _state.Replay(new([Ten]), 1);
        _state.Decide("caller", [new Usage("u", 1, 1), Ten]);
        _state.BeginWrite();
        Assert.Equal<EntryOutcome>(
            [new EntryOutcome(OutcomeStatus.Recorded, 2), new EntryOutcome(OutcomeStatus.Duplicate, 2)],
            Assert.Single(_state.CompleteWrite(2)).Outcomes);
    }

    [Fact]
    public void A_credit_too_many_because_of_one_in_flight_waits_for_it_and_fails_with_it()
    {
        for (var i = 0; i < 1_023; i++)
            _state.Replay(new([new Credit($"c{i}", Limits.AmountMax, 0, 0)]), i + 1);
        _state.Decide("fits", [new Credit("fits", Limits.AmountMax, 0, 0)]);
        _state.BeginWrite();
        Assert.Null(_state.Decide("too much", [new Credit("too-much", Limits.AmountMax, 0, 0)]));
        Assert.All(_state.GiveUp(), answer => Assert.Equal<EntryOutcome>([EntryOutcome.Unavailable], answer.Outcomes));

        _state.Decide("too much", [new Credit("too-much", Limits.AmountMax, 0, 0)]);
        _state.BeginWrite();
        Assert.Equal(OutcomeStatus.Recorded, Assert.Single(Assert.Single(_state.CompleteWrite(1_024)).Outcomes).Status);
        Assert.Equal<EntryOutcome>(
            [EntryOutcome.Rejected(EntryRules.StandingCreditsExceeded, 1_024)],
            _state.Decide("too much now", [new Credit("fits", Limits.AmountMax, 0, 0)])!.Value);
    }

    [Fact]
    public void A_command_without_entries_is_answered_at_once() => Assert.Empty(_state.Decide("caller", [])!.Value);

    /// <summary>It is a hint, and may come from a row that somebody has changed: what it names isn't there.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void However_many_entries_a_row_says_there_are_there_is_room_for_no_more_than_its_rows_can_hold(long olderEntries)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var state = new AccountState<string>(10, 10, new Journal());
        state.Expect(new AccountSegment([1, 2], 3, [new Usage("u", 1, 1)], OlderEntries: olderEntries), rowEntriesMax: 1_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        state.Restore(new AccountSegment([1, 2], 3, [new Usage("u", 1, 1)]));
        Assert.Equal(1, state.Journal.UsageCount);
    }
}
