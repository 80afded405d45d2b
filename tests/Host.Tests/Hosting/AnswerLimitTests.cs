using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Host.Tests.Hosting;

/// <summary>How long a node answers that signs, or tries to.</summary>
public sealed class AnswerLimitTests
{
    private static readonly TimeSpan Counts = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly AnswerLimit _limit;
    private long _until = long.MaxValue;

    public AnswerLimitTests() => _limit = new(_time, Counts, until => _until = until);

    private TimeSpan Left => _time.GetElapsedTime(_time.GetTimestamp(), _until);

    [Fact]
    public void Nothing_is_answered_before_the_first_signature_whatever_fails()
    {
        _limit.Begin();
        _limit.Failed(_time.GetTimestamp());
        Assert.Equal(TimeSpan.Zero, Left);
    }

    [Fact]
    public void A_signature_counts_from_when_it_was_begun()
    {
        _limit.Begin();
        var start = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(2));
        _limit.Signed(start);
        Assert.Equal(Counts - TimeSpan.FromSeconds(2), Left);
    }

    [Fact]
    public void While_the_store_is_away_a_failure_counts_as_a_signature()
    {
        _limit.Begin();
        _limit.Signed(_time.GetTimestamp());
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(Counts - TimeSpan.FromTicks(1));
            _limit.Failed(_time.GetTimestamp());
            Assert.Equal(Counts, Left);
        }
    }

    /// <summary>Paused between two signatures, or amid one: others may have founded a cluster, and a server that is away then need not have been so before.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    public void After_a_pause_a_failure_counts_for_nothing_until_the_next_signature(int beforeItSeconds)
    {
        _limit.Begin();
        _limit.Signed(_time.GetTimestamp());
        _time.Advance(TimeSpan.FromSeconds(beforeItSeconds));
        var start = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(20));
        _limit.Failed(start);
        Assert.True(Left < TimeSpan.Zero);
        _limit.Failed(_time.GetTimestamp());
        Assert.True(Left < TimeSpan.Zero);
        _limit.Signed(_time.GetTimestamp());
        Assert.Equal(Counts, Left);
    }
}
