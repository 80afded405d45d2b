using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Host.Tests.Hosting;

/// <summary>Of two clusters over one event store one goes.</summary>
public sealed class RivalsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly Rivals _rivals;

    public RivalsTests() => _rivals = new(_time, Patience);

    [Theory]
    [InlineData("a", "b c", true)]
    [InlineData("a b", "c", false)]
    [InlineData("a", "b", false)]
    [InlineData("b", "a", true)]
    [InlineData("b c", "a d", true)]
    public void The_smaller_one_goes_and_of_two_as_large_the_one_without_the_first_name(string ours, string theirs, bool goes)
    {
        Assert.False(HaveWon(ours, theirs));
        _time.Advance(Patience - TimeSpan.FromTicks(1));
        Assert.False(HaveWon(ours, theirs));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(goes, HaveWon(ours, theirs));
    }

    [Fact]
    public void Who_was_put_out_and_stops_signing_was_no_rival()
    {
        HaveWon("b", "a");
        _time.Advance(Patience - TimeSpan.FromTicks(1));
        HaveWon("b", "");
        _time.Advance(Patience);
        Assert.False(HaveWon("b", "a"));
    }

    [Fact]
    public void A_member_that_does_not_sign_counts_for_nobody()
    {
        HashSet<string> members = ["a", "b", "dead"], alive = ["c", "d"];
        Assert.False(_rivals.HaveWon("b", members, alive));
        _time.Advance(Patience);
        Assert.True(_rivals.HaveWon("b", members, alive));
    }

    /// <summary>The first of ours is this node.</summary>
    private bool HaveWon(string ours, string theirs)
    {
        var members = ours.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return _rivals.HaveWon(members[0], members.ToHashSet(), members.Skip(1).Concat(theirs.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet());
    }
}
