using Confluent.Kafka;
using GpuCredit.Host.Sources.Kafka;

namespace Sources.Tests.Kafka;

/// <summary>Only what is decided without a gap may be committed: whoever goes on from there must miss nothing.</summary>
public sealed class PartitionProgressTests
{
    private readonly PartitionProgress _progress = new(new TopicPartition("usage", 0));

    [Fact]
    public void Nothing_is_committable_before_the_first_is_decided()
    {
        Take(5, 6, 7);
        Assert.False(_progress.Decide(6));
        Assert.False(_progress.Decide(7));
        Assert.Null(_progress.Committable);
        Assert.Equal(1, _progress.UnderWay);
    }

    [Fact]
    public void What_was_decided_out_of_turn_counts_once_the_gap_is_closed()
    {
        Take(5, 6, 7, 8);
        _progress.Decide(7);
        _progress.Decide(6);
        Assert.True(_progress.Decide(5));
        Assert.Equal(8, _progress.Committable);
        Assert.Equal(1, _progress.UnderWay);
    }

    [Fact]
    public void Numbers_that_the_broker_never_delivered_are_no_gap()
    {
        Take(5, 9, 12);
        _progress.Decide(5);
        Assert.True(_progress.Decide(9));
        Assert.Equal(10, _progress.Committable);
    }

    [Fact]
    public void Whatever_the_order_of_decisions_no_undecided_message_is_ever_passed()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var progress = new PartitionProgress(new TopicPartition("usage", 0));
            var offsets = Enumerable.Range(0, 30).Select(i => (long)i * 3).ToArray();
            foreach (var offset in offsets)
                progress.Take(offset);
            var undecided = offsets.ToHashSet();
            var order = offsets.ToArray();
            random.Shuffle(order);
            foreach (var offset in order)
            {
                progress.Decide(offset);
                undecided.Remove(offset);
                Assert.DoesNotContain(undecided, left => left < (progress.Committable ?? 0));
                Assert.Equal(undecided.Count, progress.UnderWay);
            }

            Assert.Equal(offsets[^1] + 1, progress.Committable);
        }
    }

    [Fact]
    public void It_is_filled_by_what_lies_decided_behind_one_that_is_not_until_half_of_that_is_gone()
    {
        Take(1, 2, 3, 4, 5);
        _progress.Decide(2);
        _progress.Decide(3);
        Assert.False(_progress.IsFilledBy(6));
        Take(6);
        Assert.True(_progress.IsFilledBy(6));
        _progress.Decide(4);
        Assert.Equal((6, 3), (_progress.Kept, _progress.UnderWay));
        Assert.True(_progress.IsFilledBy(6));
        _progress.Decide(1);
        Assert.Equal(2, _progress.Kept);
        Assert.False(_progress.IsFilledBy(6));
        Take(7, 8);
        Assert.False(_progress.IsFilledBy(6));
    }

    private void Take(params ReadOnlySpan<long> offsets)
    {
        foreach (var offset in offsets)
            _progress.Take(offset);
    }
}
