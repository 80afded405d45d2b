using GpuCredit.Host.Sources.RabbitMq;

namespace Sources.Tests.RabbitMq;

/// <summary>How much a broker may push, by the size of what came: without a broker.</summary>
public sealed class RabbitMqHeldTests
{
    private const int MessagesMax = 2_000;
    private const long BytesMax = 1_000_000;

    private readonly RabbitMqHeld _held = new(MessagesMax, BytesMax);

    [Fact]
    public void At_first_everything_may_come_and_small_ones_change_nothing()
    {
        Assert.Equal(MessagesMax, Next().Prefetch);
        for (var tag = 1UL; tag <= 50_000; tag++)
        {
            Assert.True(Comes(tag, 100));
            _held.Leave(1, 100);
        }

        Assert.Null(_held.Next());
        Assert.Equal((0, 0), _held.Now);
    }

    [Fact]
    public void What_finds_no_room_is_given_back_and_then_so_many_may_come_as_fit_into_half_of_it()
    {
        Next();
        for (var tag = 1UL; tag <= 15; tag++)
            Assert.Equal(tag <= 10, Comes(tag, 100_000));
        Assert.Equal((10, BytesMax), _held.Now);

        var step = Next();
        Assert.Equal(0, step.Prefetch);
        Assert.Equal([11, 12, 13, 14, 15], step.Refused);
        Assert.Null(_held.Next());
        _held.Leave(8, 800_000);
        Assert.Equal(5, Next().Prefetch);
    }

    [Fact]
    public void With_little_room_few_come_and_more_when_there_is_more()
    {
        Next();
        for (var tag = 1UL; tag <= 11; tag++)
            Comes(tag, 100_000);
        Next();

        _held.Leave(1, 100_000);
        Assert.Equal(1, Next().Prefetch);
        _held.Leave(3, 300_000);
        Assert.Equal(0, Next().Prefetch);
        Assert.Equal(4, Next().Prefetch);
    }

    [Fact]
    public void One_that_is_larger_than_all_that_may_be_held_comes_when_there_is_room_at_all()
    {
        Next();
        Assert.True(Comes(1, 3 * BytesMax));
        Assert.False(Comes(2, 3 * BytesMax));
        Next();
        _held.Leave(1, 3 * BytesMax);
        Assert.Equal(1, Next().Prefetch);
        Assert.True(Comes(2, 3 * BytesMax));
    }

    [Fact]
    public void One_that_comes_late_after_the_broker_was_told_to_push_no_more_is_given_back_too()
    {
        Next();
        Comes(1, BytesMax);
        Comes(2, 1);
        Next();
        Assert.False(Comes(3, 1));
        var step = Next();
        Assert.Equal((0, 3UL), (step.Prefetch, Assert.Single(step.Refused)));
    }

    [Fact]
    public void After_smaller_ones_more_may_come_again_step_by_step()
    {
        Next();
        for (var tag = 1UL; tag <= 11; tag++)
            Comes(tag, 100_000);
        Next();
        _held.Leave(10, 1_000_000);

        var prefetches = new List<int>();
        var came = 0;
        while (true)
        {
            if (_held.Next() is { } next)
            {
                prefetches.Add(next.Prefetch);
                continue;
            }

            if (++came > 100_000)
                break;
            Assert.True(Comes(1, 10));
            _held.Leave(1, 10);
        }

        Assert.Equal([5, 0, 10, 0, 20, 0, 40, 0, 80, 0, 160, 0, 320, 0, 640, 0, 1280], prefetches);
    }

    /// <summary>A broker that pushes as much as it may, sizes that change without a warning, and settling by chance.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_comes_no_more_is_held_than_may_be_and_everything_comes_at_last(int seed)
    {
        var random = new Random(seed);
        var queue = new Queue<long>();
        for (var size = 1L; queue.Count < 20_000; size = 1L << random.Next(20))
        {
            for (var i = random.Next(1_000); i >= 0; i--)
                queue.Enqueue(random.NextInt64(size) + 1);
        }

        var largest = queue.Max();
        var held = new List<long>();
        var (prefetch, pushed, tag, stuck) = (0, 0, 0UL, 0);
        var refused = new Dictionary<ulong, long>();
        while (queue.Count > 0 || refused.Count > 0)
        {
            Assert.InRange(++stuck, 0, 20_000);
            if (_held.Next() is { } step)
            {
                foreach (var back in step.Refused)
                {
                    queue.Enqueue(refused[back]);
                    refused.Remove(back);
                }

                (prefetch, pushed) = (step.Prefetch, 0);
            }
            else if (pushed < prefetch && queue.Count > 0 && random.Next(10) > 0)
            {
                pushed++;
                var size = queue.Dequeue();
                if (Comes(++tag, size))
                {
                    held.Add(size);
                    stuck = 0;
                }
                else
                {
                    refused.Add(tag, size);
                }
            }
            else if (held.Count > 0)
            {
                var settled = held[random.Next(held.Count)];
                held.Remove(settled);
                _held.Leave(1, settled);
                pushed = Math.Max(0, pushed - 1);
            }

            Assert.Equal((held.Count, held.Sum()), _held.Now);
            Assert.InRange(held.Count, 0, MessagesMax);
            Assert.InRange(held.Sum(), 0, BytesMax + largest - 1);
        }
    }

    private bool Comes(ulong tag, long bytes)
    {
        if (_held.Refuses(tag, bytes))
            return false;
        _held.Enter(bytes);
        return true;
    }

    private RabbitMqHeld.Step Next() => Assert.NotNull(_held.Next());
}
