using CreditActors.Accounts;
using CreditActors.Ledger;

namespace CreditActors.Tests.Accounts;

/// <summary>When the books are closed, and what becomes of a closing that isn't stored.</summary>
public sealed class AccountHorizonTests
{
    private const long Length = 80;
    private readonly AccountState<int> _state = new(3, 100, new Journal(), Length);

    [Fact]
    public void A_closing_that_was_given_up_binds_nobody_and_is_decided_again()
    {
        Store(now: 80, new Usage("old", 1, 5));
        Gather(now: 90, new Usage("u", 1, 90));
        Assert.Equal(new Closing(10, -70), _state.BeginWrite().Closing);
        _state.GiveUp();
        Store(now: 81, new Usage("between", 1, 3)); // the clock went back
        Gather(now: 91, new Usage("u", 1, 90));
        Assert.Equal(new Closing(11, -69), _state.BeginWrite().Closing);
    }

    [Fact]
    public void It_stands_behind_all_that_was_gathered_before_it()
    {
        Store(now: 80, new Usage("old", 1, 5));
        Gather(now: 80, new Usage("first", 1, 9));
        _state.BeginWrite();
        Gather(now: 82, new Usage("a", 1, 2), new Usage("b", 1, 2), new Usage("c", 1, 2), new Usage("d", 1, 4));
        Gather(now: 90, new Usage("late", 1, 9), new Usage("e", 1, 10));
        _state.CompleteWrite(2);
        var full = _state.BeginWrite();
        Assert.Equal(3, full.Entries.Length);
        Assert.Null(full.Closing);
        _state.CompleteWrite(3);
        var last = _state.BeginWrite();
        Assert.Equal(["d", "e"], last.Entries.Select(entry => entry.Id));
        Assert.Equal(new Closing(10, -70), last.Closing);
    }

    [Fact]
    public void While_one_is_on_its_way_or_carried_out_no_other_is_decided()
    {
        Store(now: 80, new Usage("old", 1, 5), new Usage("next", 1, 40));
        Gather(now: 90, new Usage("u", 1, 90));
        Assert.NotNull(_state.BeginWrite().Closing);
        Gather(now: 140, new Usage("v", 1, 140));
        _state.CompleteWrite(2);
        Assert.True(_state.IsClosing);
        Assert.Null(_state.BeginWrite().Closing);
        Gather(now: 141, new Usage("w", 1, 141));
        _state.CompleteWrite(3);
        Assert.Null(_state.BeginWrite().Closing);
        while (_state.IsClosing)
            _state.CarryOut(1);
        _state.CompleteWrite(4);
        Gather(now: 142, new Usage("x", 1, 142));
        Assert.Equal(new Closing(62, -18), _state.BeginWrite().Closing);
    }

    [Theory]
    [InlineData(1)] // an eighth of it is less than a tick
    [InlineData(Limits.TicksMax)]
    public void The_shortest_and_the_longest_horizon_are_counted_without_overflow(long length)
    {
        var state = new AccountState<int>(3, 100, new Journal(), length);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Null(state.Decide(1, [new Usage("u", 1, now), new Credit("c", 1, now - 1, 5)], now));
        state.BeginWrite();
        state.CompleteWrite(1);
        Assert.Null(state.Decide(1, [new Usage("v", 1, now + 2)], now + 2));
        Assert.Equal(length == 1, state.BeginWrite().Closing is not null);
    }

    private void Gather(long now, params Entry[] entries) => _state.Decide(1, entries, now);

    private void Store(long now, params Entry[] entries)
    {
        Gather(now, entries);
        Assert.Null(_state.BeginWrite().Closing);
        _state.CompleteWrite(_state.Version + 1);
    }
}
