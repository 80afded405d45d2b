using System.Collections.Concurrent;
using Client.Tests.Running;
using GpuCredit.Client;
using Microsoft.Extensions.Time.Testing;

namespace Client.Tests.Buffer;

/// <summary>What a full buffer does, and one that closes.</summary>
public sealed class BoundTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly ScriptedSender _sender = new() { Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };

    [Fact]
    public async Task A_full_buffer_takes_no_entry_until_one_is_decided()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, EntriesMax = 3, BatchEntriesMax = 1, WhenFull = WhenFull.Refuse }, _time);
        BatchTests.AddMany(buffer, 3);
        Assert.Equal(AddResult.Full, buffer.AddUsage("a", 1));
        Assert.Equal(AddResult.Full, await buffer.AddUsageAsync("a", 1));
        _sender.Gate!.SetResult();
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 1));
    }

    [Fact]
    public async Task Who_waits_for_room_is_let_in_in_the_order_of_asking()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, EntriesMax = 2, BatchEntriesMax = 1, BatchesInFlightMax = 1 }, _time);
        BatchTests.AddMany(buffer, 2);
        var waiting = Enumerable.Range(2, 6).Select(i => buffer.AddUsageAsync("a", 1, i, $"u{i}").AsTask()).ToList();
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        Assert.Equal(AddResult.Full, buffer.AddUsage("a", 1));
        _sender.Gate!.SetResult();
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Until.Soon), result => Assert.Equal(AddResult.Accepted, result));
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"u{i}"), _sender.Ids);
    }

    [Fact]
    public async Task A_small_newcomer_does_not_overtake_a_large_entry_that_waits_for_room()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, BytesMax = 64 * 1024, BatchEntriesMax = 10_000 }, _time);
        var large = Entry.Usage(new string('a', 1_000), new string('u', 1_000), 1, 1);
        while (buffer.Add(in large) == AddResult.Accepted)
        {
            // Until there is room for a small one only.
        }

        var waiting = buffer.AddAsync(large).AsTask();
        Assert.Equal(AddResult.Full, buffer.AddUsage("a", 1));
        Assert.False(waiting.IsCompleted);
        _sender.Gate!.SetResult();
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(AddResult.Accepted, await waiting.WaitAsync(Until.Soon));
    }

    [Fact]
    public async Task Who_gives_up_waiting_has_added_nothing()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, EntriesMax = 1, BatchEntriesMax = 1 }, _time);
        BatchTests.AddMany(buffer, 1);
        using var cancellation = new CancellationTokenSource();
        var waiting = buffer.AddUsageAsync("a", 1, 1, "never", cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _sender.Gate!.SetResult();
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["u0"], _sender.Ids);
    }

    [Fact]
    public async Task Bytes_are_a_bound_of_their_own()
    {
        await using var buffer = new EntryBuffer(_sender, new() { BytesMax = 64 * 1024, BatchEntriesMax = 10_000, CloseTimeout = TimeSpan.Zero }, _time);
        var entry = Entry.Usage(new string('a', 128), new string('u', 128), 1, 1);
        var count = 0;
        while (buffer.Add(in entry) == AddResult.Accepted)
            count++;
        Assert.InRange(buffer.Bytes, 63 * 1024, 64 * 1024);
        Assert.InRange(count, 64, 256);
    }

    [Fact]
    public async Task Disposing_sends_what_is_there()
    {
        _sender.Gate!.SetResult();
        var buffer = new EntryBuffer(_sender, new() { BatchDelay = TimeSpan.FromHours(1) }, _time);
        BatchTests.AddMany(buffer, 5);
        await buffer.DisposeAsync();
        Assert.Equal(5, _sender.Ids.Count());
        Assert.Equal(AddResult.Closed, buffer.AddUsage("a", 1));
        Assert.Equal(AddResult.Closed, await buffer.AddUsageAsync("a", 1));
    }

    [Fact]
    public async Task What_is_left_when_the_time_to_close_is_over_is_given_back_as_unavailable()
    {
        var refused = new List<RefusedEntry>();
        var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 2, BatchesInFlightMax = 1, OnRefused = BatchTests.Into(refused) }, _time);
        BatchTests.AddMany(buffer, 5);
        await _sender.UntilRequestsAsync(1);
        var flush = buffer.FlushAsync();
        var report = await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon);
        Assert.Equal(new CloseReport(5, AreInSpool: false), report);
        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], refused.Select(entry => entry.Entry.Id).Order());
        Assert.All(refused, entry => Assert.Equal(OutcomeStatus.Unavailable, entry.Outcome.Status));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => flush);
    }

    [Fact]
    public async Task Everything_that_is_left_is_given_back_for_as_long_as_the_handler_goes_on()
    {
        const int Count = 5_000;
        var refused = new ConcurrentQueue<string>();
        var options = Closing(entry =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1)); // 5 s in all, and never silent
            refused.Enqueue(entry.Entry.Id);
            return Task.CompletedTask;
        });
        var buffer = new EntryBuffer(_sender, options, _time);
        BatchTests.AddMany(buffer, Count);
        Assert.Equal(new CloseReport(Count, AreInSpool: false), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));
        Assert.Equal(Count, refused.Distinct().Count());
    }

    [Fact]
    public async Task A_handler_that_falls_silent_ends_the_giving_back_and_the_report_counts_what_it_did_not_get()
    {
        var given = 0;
        var isSilent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = Closing(_ => Task.CompletedTask);
        options.OnRefused = async (_, cancellation) =>
        {
            if (++given < 4)
                return;
            isSilent.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        };
        var buffer = new EntryBuffer(_sender, options, _time);
        BatchTests.AddMany(buffer, 10);
        var closing = buffer.CloseAsync(TimeSpan.Zero);
        await isSilent.Task.WaitAsync(Until.Soon);
        _time.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.False(closing.IsCompleted);
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                return closing.IsCompleted;
            },
            "the buffer closes");
        // It has the fourth, whatever it does with it.
        Assert.Equal(new CloseReport(10, AreInSpool: false, NotGivenBack: 6), await closing);
        Assert.Equal(4, given);
    }

    [Fact]
    public async Task What_is_left_and_nobody_wants_is_only_in_the_log_and_the_report_says_so()
    {
        var options = Closing(_ => Task.CompletedTask);
        options.OnRefused = null;
        var buffer = new EntryBuffer(_sender, options, _time);
        BatchTests.AddMany(buffer, 10);
        Assert.Equal(new CloseReport(10, AreInSpool: false, NotGivenBack: 10), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));
    }

    [Fact]
    public async Task A_host_without_any_time_left_gives_back_for_a_moment_and_the_report_counts_the_rest()
    {
        const int Count = 1_000;
        var refused = new ConcurrentQueue<string>();
        var options = Closing(entry =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10)); // 10 s in all, of which there are 2
            refused.Enqueue(entry.Entry.Id);
            return Task.CompletedTask;
        });
        options.CloseTimeout = TimeSpan.FromMinutes(1);
        var buffer = new EntryBuffer(_sender, options, _time);
        BatchTests.AddMany(buffer, Count);
        using var enough = new CancellationTokenSource();
        await enough.CancelAsync();
        var report = await buffer.CloseAsync(enough.Token).WaitAsync(Until.Soon);
        await Until.TrueAsync(() => refused.Count + report.NotGivenBack == Count, "the handler has finished with the one it was at");
        Assert.Equal(Count, report.Left);
        // Those that waited in the queue may still have been given.
        Assert.InRange(refused.Count, 199, 200 + options.RefusedMax + 2);
    }

    [Fact]
    public async Task What_is_refused_in_the_moment_of_closing_is_given_back_as_well()
    {
        var refused = new List<RefusedEntry>();
        var options = new EntryBufferOptions { BatchEntriesMax = 3, OnRefused = BatchTests.Into(refused) };
        var sender = new LastMomentSender();
        var buffer = new EntryBuffer(sender, options, _time);
        BatchTests.AddMany(buffer, 3);
        await sender.Asked.WaitAsync(Until.Soon);
        Assert.Equal(new CloseReport(0, AreInSpool: false), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));
        Assert.Equal([OutcomeStatus.Rejected, OutcomeStatus.Rejected, OutcomeStatus.Rejected], refused.Select(entry => entry.Outcome.Status));
    }

    [Fact]
    public async Task Who_waits_for_room_when_the_buffer_closes_keeps_the_entry()
    {
        var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, EntriesMax = 1, BatchEntriesMax = 1 }, _time);
        BatchTests.AddMany(buffer, 1);
        var waiting = buffer.AddUsageAsync("a", 1).AsTask();
        await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon);
        Assert.Equal(AddResult.Closed, await waiting.WaitAsync(Until.Soon));
    }

    [Fact]
    public void A_wrong_option_is_named_with_its_rule()
    {
        var wrong = Assert.Throws<ArgumentException>(() => new EntryBuffer(_sender, new() { BatchEntriesMax = 0 }));
        Assert.StartsWith("BatchEntriesMax must be 1 to 10,000.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_without_ids_is_a_bug_of_the_callers()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero }, _time);
        Assert.Throws<ArgumentException>(() => buffer.Add(default));
        Assert.Throws<ArgumentException>(() => buffer.AddUsage(null!, 1));
    }

    /// <summary>Most of what is left can't wait for the handler in the queue.</summary>
    private static EntryBufferOptions Closing(Func<RefusedEntry, Task> handle) => new()
    {
        CloseTimeout = TimeSpan.Zero,
        BatchEntriesMax = 100,
        BatchesInFlightMax = 2,
        RefusedMax = 2,
        OnRefused = async (entry, _) => await handle(entry),
    };

    /// <summary>Answers, and refuses all, when it is told that nobody waits any more.</summary>
    private sealed class LastMomentSender : IEntrySender
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public async Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
        {
            var sent = entries.ToArray();
            _asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ScriptedSender.Each(sent, _ => OutcomeStatus.Rejected);
        }
    }
}
