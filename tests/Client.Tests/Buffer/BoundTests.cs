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
}
