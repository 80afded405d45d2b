using System.Collections.Concurrent;
using GpuCredit.Host.EventStore;

namespace Host.Tests.EventStore;

public sealed class OwnThreadsTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Work_runs_on_threads_of_that_name_and_what_awaits_it_goes_on_elsewhere()
    {
        await using var threads = new OwnThreads("mine", 1);

        var within = await threads.RunAsync(() => (Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread));

        Assert.Equal(("mine", false), within);
        Assert.NotEqual("mine", Thread.CurrentThread.Name);
    }

    [Fact]
    public async Task One_thread_does_one_after_another_in_the_order_in_which_it_came()
    {
        await using var threads = new OwnThreads("mine", 1);
        var done = new ConcurrentQueue<int>();
        using var go = new ManualResetEventSlim();

        var first = threads.RunAsync(() => go.Wait(s_limit));
        var rest = Enumerable.Range(0, 20).Select(n => threads.RunAsync(() =>
        {
            done.Enqueue(n);
            return n;
        })).ToArray();
        Assert.Empty(done);
        go.Set();
        await Task.WhenAll(rest).WaitAsync(s_limit);

        Assert.True(await first);
        Assert.Equal(Enumerable.Range(0, 20), done);
    }

    [Fact]
    public async Task So_many_are_under_way_at_once_and_no_more()
    {
        await using var threads = new OwnThreads("mine", 3);
        using var all = new Barrier(3);
        var underWay = 0;
        var most = 0;

        await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => threads.RunAsync(() =>
        {
            var now = Interlocked.Increment(ref underWay);
            Assert.True(all.SignalAndWait(s_limit)); // three are here
            lock (threads)
                most = Math.Max(most, now);
            all.SignalAndWait(s_limit);
            Interlocked.Decrement(ref underWay);
            return all.SignalAndWait(s_limit);
        }))).WaitAsync(s_limit);

        Assert.Equal(3, most);
    }

    [Fact]
    public async Task What_fails_fails_alone()
    {
        await using var threads = new OwnThreads("mine", 1);

        await Assert.ThrowsAsync<IOException>(() => threads.RunAsync<int>(() => throw new IOException("gone")));

        Assert.Equal(7, await threads.RunAsync(() => 7));
    }

    [Fact]
    public async Task Async_code_stays_there_through_awaits_that_do_not_wait()
    {
        await using var threads = new OwnThreads("mine", 1);

        Assert.Equal("mine,mine", await threads.BeginAsync(OuterAsync));

        static async Task<string> OuterAsync()
        {
            var inner = await InnerAsync().ConfigureAwait(false);
            return $"{inner},{Thread.CurrentThread.Name}";
        }

        static async Task<string?> InnerAsync()
        {
            await Task.CompletedTask.ConfigureAwait(false);
            return Thread.CurrentThread.Name;
        }
    }

    [Fact]
    public async Task The_end_waits_for_what_was_taken_and_then_no_thread_is_left_and_nothing_more_is_taken()
    {
        var threads = new OwnThreads("mine", 2);
        using var go = new ManualResetEventSlim();
        var all = Enumerable.Range(0, 5).Select(_ => threads.RunAsync(() => (go.Wait(s_limit), Thread.CurrentThread).CurrentThread)).ToArray();

        var end = threads.DisposeAsync().AsTask();
        Assert.False(end.IsCompleted);
        go.Set();
        await end.WaitAsync(s_limit);

        Assert.All(all, work => Assert.True(work.IsCompletedSuccessfully));
        foreach (var thread in (await Task.WhenAll(all)).Distinct())
            Assert.True(thread.Join(s_limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => threads.RunAsync(() => 1));
        await threads.DisposeAsync();
    }
}
