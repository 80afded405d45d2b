using Client.Tests.Running;
using GpuCredit.Client;
using Microsoft.Extensions.Time.Testing;

namespace Client.Tests.Buffer;

/// <summary>When a buffer sends, and how much at once.</summary>
public sealed class BatchTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly ScriptedSender _sender = new();

    [Fact]
    public async Task A_full_batch_goes_at_once()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 3, BatchDelay = TimeSpan.FromHours(1) }, _time);
        AddMany(buffer, 7);
        await _sender.UntilRequestsAsync(2);
        Assert.All(_sender.Requests, request => Assert.Equal(3, request.Length));
        Assert.Equal(["u0", "u1", "u2", "u3", "u4", "u5"], _sender.Ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_batch_that_does_not_fill_goes_when_its_delay_is_over()
    {
        var delay = TimeSpan.FromSeconds(10);
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, BatchDelay = delay }, _time);
        AddMany(buffer, 2);
        await PassAsync(delay - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_sender.Requests);
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                return _sender.Requests.Count == 1;
            },
            "the batch goes");
        Assert.Equal(["u0", "u1"], _sender.Ids);
    }

    [Fact]
    public async Task A_flush_waits_for_no_batch_to_fill_and_ends_when_everything_before_it_is_decided()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 100, BatchDelay = TimeSpan.FromHours(1) }, _time);
        _sender.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AddMany(buffer, 5);
        var flush = buffer.FlushAsync();
        await _sender.UntilRequestsAsync(1);
        Assert.False(flush.IsCompleted);
        Assert.Equal(5, buffer.Held);
        _sender.Gate.SetResult();
        await flush.WaitAsync(Until.Soon);
        Assert.Equal(0, buffer.Held);
        Assert.Equal(0, buffer.Bytes);
    }

    [Fact]
    public async Task A_flush_of_nothing_is_over_at_once()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero }, _time);
        Assert.True(buffer.FlushAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task No_more_requests_are_under_way_than_allowed()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 1, BatchesInFlightMax = 3 }, _time);
        _sender.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AddMany(buffer, 20);
        await _sender.UntilRequestsAsync(3);
        _sender.Gate.SetResult();
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(3, _sender.UnderWayMost);
        Assert.Equal(20, _sender.Requests.Count);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_for_the_server_goes_in_smaller_ones()
    {
        var sender = new ScriptedSender(entries => entries.Length > 2 ? SendResult.TooLarge("at most 2") : ScriptedSender.Record(entries));
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 10, Retry = Quick }, _time);
        AddMany(buffer, 10);
        await FlushWhileTimePassesAsync(buffer);
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => $"u{i}"),
            sender.Requests.Where(request => request.Length <= 2).SelectMany(request => request).Select(entry => entry.Id));
    }

    [Fact]
    public async Task An_entry_that_is_too_large_even_alone_is_refused()
    {
        var refused = new List<RefusedEntry>();
        var sender = new ScriptedSender(entries => entries.Any(entry => entry.Id == "u1") ? SendResult.TooLarge("no") : ScriptedSender.Record(entries));
        await using var buffer = new EntryBuffer(sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 3, Retry = Quick, OnRefused = Into(refused) }, _time);
        AddMany(buffer, 3);
        await FlushWhileTimePassesAsync(buffer);
        Assert.Equal("u1", Assert.Single(refused).Entry.Id);
        Assert.Equal(0, buffer.Held);
    }

    [Fact]
    public async Task Adding_to_a_buffer_that_has_warmed_up_allocates_nothing()
    {
        await using var buffer = new EntryBuffer(_sender, new() { CloseTimeout = TimeSpan.Zero, BatchEntriesMax = 10_000, BatchDelay = TimeSpan.FromHours(1) }, _time);
        var entry = Entry.Usage("a", "u", 1, 1);
        for (var i = 0; i < 9_000; i++)
            buffer.Add(in entry);

        // Whoever adds wakes the one who sends, which costs a work item: once after a pause, and now and then again, by chance of the
        // scheduler. An allocation for each entry would be there every time.
        var allocated = long.MaxValue;
        for (var attempt = 0; attempt < 10 && allocated > 0; attempt++)
        {
            await buffer.FlushAsync().WaitAsync(Until.Soon);
            buffer.Add(in entry);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 8_000; i++)
                buffer.Add(in entry);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    internal static RetryOptions Quick => new() { DelayBase = TimeSpan.FromMilliseconds(1), DelayMax = TimeSpan.FromMilliseconds(1) };

    internal static Func<RefusedEntry, CancellationToken, ValueTask> Into(List<RefusedEntry> list) => (refused, _) =>
    {
        list.Add(refused);
        return ValueTask.CompletedTask;
    };

    internal static void AddMany(EntryBuffer buffer, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 1, i, $"u{i}"));
    }

    private async Task FlushWhileTimePassesAsync(EntryBuffer buffer)
    {
        var flush = buffer.FlushAsync();
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                return flush.IsCompleted;
            },
            "the flush ends");
        await flush;
    }

    /// <summary>Lets time pass in steps, so that whoever sets a timer meanwhile has set it.</summary>
    private async Task PassAsync(TimeSpan length)
    {
        const int Steps = 20;
        for (var i = 0; i < Steps; i++)
        {
            _time.Advance(length / Steps);
            await Task.Yield();
        }
    }
}
