using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Host.Tests.Hosting;

/// <summary>When a node may believe that nobody on the roll is alive.</summary>
public sealed class RollWatchTests
{
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan LooksWithin = DeadAfter * 2;

    private readonly FakeTimeProvider _time = new();
    private readonly RollWatch _watch;

    public RollWatchTests() => _watch = new(_time, LooksWithin, DeadAfter);

    [Fact]
    public void What_was_not_seen_proves_nothing()
    {
        Assert.False(_watch.IsQuietFor(DeadAfter));
        _watch.See(Roll());
        _watch.Forget();
        Assert.False(_watch.IsQuietFor(DeadAfter));
    }

    [Fact]
    public void That_a_roll_is_empty_is_seen_at_once_and_that_it_is_quiet_is_not()
    {
        Assert.False(_watch.IsEmpty);
        _watch.See(Roll());
        Assert.True(_watch.IsEmpty);
        Assert.False(_watch.IsQuietFor(DeadAfter));
        _time.Advance(DeadAfter);
        Assert.True(_watch.IsQuietFor(DeadAfter));
        _watch.See(Roll(("a", 1)));
        Assert.False(_watch.IsEmpty);
    }

    [Fact]
    public void A_member_that_has_not_signed_for_long_is_dead()
    {
        _watch.See(Roll(("a", 5)));
        _time.Advance(DeadAfter - TimeSpan.FromTicks(1));
        _watch.See(Roll(("a", 5)));
        Assert.False(_watch.IsQuietFor(DeadAfter));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_watch.IsQuietFor(DeadAfter));
    }

    [Fact]
    public void Any_signature_and_any_new_name_is_a_sign_of_life()
    {
        _watch.See(Roll(("a", 5), ("b", 1)));
        _time.Advance(DeadAfter);
        _watch.See(Roll(("a", 5), ("b", 2)));
        Assert.False(_watch.IsQuietFor(DeadAfter));
        _time.Advance(DeadAfter);
        _watch.See(Roll(("a", 5), ("b", 2), ("c", 1)));
        Assert.False(_watch.IsQuietFor(DeadAfter));
    }

    [Fact]
    public void Watching_begins_anew_after_the_watcher_itself_was_away()
    {
        _watch.See(Roll(("a", 5)));
        _time.Advance(LooksWithin + TimeSpan.FromTicks(1));
        _watch.See(Roll(("a", 6)));
        Assert.False(_watch.IsQuietFor(DeadAfter));
        Assert.Empty(_watch.Alive);
        _time.Advance(DeadAfter);
        _watch.See(Roll(("a", 6)));
        Assert.True(_watch.IsQuietFor(DeadAfter));
    }

    [Fact]
    public void Watching_begins_anew_after_the_store_did_not_answer()
    {
        _watch.See(Roll(("a", 5)));
        _time.Advance(DeadAfter);
        _watch.Forget();
        _watch.See(Roll(("a", 5)));
        Assert.False(_watch.IsQuietFor(DeadAfter));
    }

    [Fact]
    public void Only_who_has_signed_lately_and_while_it_was_watched_is_alive()
    {
        _watch.See(Roll(("a", 5), ("b", 1)));
        Assert.Empty(_watch.Alive);
        _watch.See(Roll(("a", 6), ("b", 1), ("c", 1)));
        Assert.Equal(["a", "c"], _watch.Alive.Order());
        _watch.See(Roll(("b", 1), ("c", 1)));
        Assert.Equal(["c"], _watch.Alive);
        _time.Advance(DeadAfter - TimeSpan.FromTicks(1));
        _watch.See(Roll(("b", 1), ("c", 1)));
        Assert.Equal(["c"], _watch.Alive);
        _time.Advance(TimeSpan.FromTicks(1));
        _watch.See(Roll(("b", 1), ("c", 1)));
        Assert.Empty(_watch.Alive);
        _watch.See(Roll(("b", 1), ("c", 2)));
        _watch.Forget();
        Assert.Empty(_watch.Alive);
    }

    private static Dictionary<string, long> Roll(params (string Address, long Signatures)[] members) =>
        members.ToDictionary(member => member.Address, member => member.Signatures);
}
