using GpuCredit.Host.EventStore.Rows;

namespace Host.Tests.EventStore;

public sealed class GathererTests
{
    [Fact]
    public async Task What_is_asked_during_a_round_is_answered_together_by_the_next()
    {
        var rounds = new List<int[]>();
        var first = new TaskCompletionSource();
        var gatherer = new Gatherer<int, int>(100, 1, 1_000, async asks =>
        {
            lock (rounds)
                rounds.Add([.. asks]);
            await first.Task;
            return [.. asks.Select(ask => 10 * ask)];
        });

        var alone = gatherer.AskAsync(0);
        await UntilAsync(() => rounds.Count == 1);
        var together = Enumerable.Range(1, 5).Select(gatherer.AskAsync).ToArray();
        first.SetResult();

        Assert.Equal(0, await alone);
        int[] answers = await Task.WhenAll(together);
        Assert.Equal([10, 20, 30, 40, 50], answers);
        Assert.Equal([1, 2, 3, 4, 5], rounds[1]);
        Assert.Equal(2, rounds.Count);
    }

    [Fact]
    public async Task A_round_has_a_size_and_so_many_are_under_way_at_once()
    {
        var underWay = 0;
        var underWayMax = 0;
        var sizeMax = 0;
        var go = new TaskCompletionSource();
        var gatherer = new Gatherer<int, int>(3, 2, 1_000, async asks =>
        {
            InterlockedMax(ref underWayMax, Interlocked.Increment(ref underWay));
            InterlockedMax(ref sizeMax, asks.Count);
            await go.Task;
            Interlocked.Decrement(ref underWay);
            return [.. asks];
        });

        var all = Enumerable.Range(0, 20).Select(gatherer.AskAsync).ToArray();
        await UntilAsync(() => Volatile.Read(ref underWay) == 2);
        go.SetResult();

        Assert.Equal(Enumerable.Range(0, 20), await Task.WhenAll(all));
        Assert.Equal(2, underWayMax);
        Assert.Equal(3, sizeMax);
    }

    [Fact]
    public async Task A_round_that_fails_fails_its_own_asks_and_no_others()
    {
        var gatherer = new Gatherer<int, int>(1, 1, 1_000, asks => asks[0] < 0 ? throw new InvalidOperationException("less than nothing") : Task.FromResult(asks));

        var bad = gatherer.AskAsync(-1);
        var good = gatherer.AskAsync(7);

        Assert.Equal("less than nothing", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        Assert.Equal(7, await good);
    }

    [Fact]
    public async Task After_the_end_what_was_asked_before_is_answered_and_nothing_more_is_taken()
    {
        var go = new TaskCompletionSource();
        var gatherer = new Gatherer<int, int>(1, 1, 1_000, async asks =>
        {
            await go.Task;
            return asks;
        });
        var before = Enumerable.Range(0, 3).Select(gatherer.AskAsync).ToArray();

        gatherer.End();
        go.SetResult();

        int[] answers = await Task.WhenAll(before);
        Assert.Equal([0, 1, 2], answers);
        await Assert.ThrowsAsync<InvalidOperationException>(() => gatherer.AskAsync(3));
    }

    [Fact]
    public async Task Who_comes_when_too_many_wait_is_refused_and_the_others_are_answered()
    {
        var isUnderWay = false;
        var go = new TaskCompletionSource();
        var gatherer = new Gatherer<int, int>(1, 1, 2, async asks =>
        {
            Volatile.Write(ref isUnderWay, true);
            await go.Task;
            return asks;
        });
        var first = gatherer.AskAsync(0);
        await UntilAsync(() => Volatile.Read(ref isUnderWay));
        var waiting = new[] { gatherer.AskAsync(1), gatherer.AskAsync(2) };

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => gatherer.AskAsync(3));
        go.SetResult();

        Assert.Equal("the event store's buffer was full (2 wait)", refused.Message);
        Assert.Equal(0, await first);
        int[] answers = await Task.WhenAll(waiting);
        Assert.Equal([1, 2], answers);
    }

    private static void InterlockedMax(ref int max, int value)
    {
        for (var seen = Volatile.Read(ref max); value > seen; seen = Volatile.Read(ref max))
            Interlocked.CompareExchange(ref max, value, seen);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
            await Task.Delay(5);
    }
}
