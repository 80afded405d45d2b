using Client.Tests.Buffer;
using Client.Tests.Running;
using GpuCredit.Client;
using Host.Tests.Running;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Client.Tests.Spool;

/// <summary>What a spool keeps, and what it lets go of.</summary>
public sealed class SpoolTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly SpoolFolder _folder = new();
    private readonly LoggedLines _lines = new();
    private readonly LoggerFactory _loggers;

    public SpoolTests() => _loggers = new LoggerFactory([_lines]);

    [Fact]
    public async Task What_was_not_acknowledged_when_the_buffer_closed_is_sent_by_the_next_one()
    {
        var away = new ScriptedSender(_ => ScriptedSender.Away());
        var first = Open(away, new() { BatchEntriesMax = 2 });
        BatchTests.AddMany(first, 5);
        Assert.Equal(new CloseReport(5, AreInSpool: true), await first.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));

        var sender = new ScriptedSender();
        await using var next = Open(sender);
        Assert.Equal(5, next.Held);
        BatchTests.AddMany(next, 1);
        await next.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["u0", "u1", "u2", "u3", "u4", "u0"], sender.Ids);
    }

    [Fact]
    public async Task Every_field_comes_back_as_it_was()
    {
        Entry[] entries =
        [
            Entry.Credit("a", "c", 1, 2, 3, 4, 5),
            Entry.Credit("ä€😀", new string('x', 1_024), long.MaxValue, long.MinValue, -1, int.MinValue, int.MaxValue),
            Entry.Usage("", "", 0, 0),
            Entry.Usage("a", "u", long.MinValue, long.MaxValue, -1),
        ];
        var first = Open(new ScriptedSender(_ => ScriptedSender.Away()));
        foreach (var entry in entries)
            first.Add(in entry);
        await first.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon);
        var sender = new ScriptedSender();
        await using var next = Open(sender);
        await next.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(entries, sender.Requests.SelectMany(request => request));
    }

    [Fact]
    public async Task An_entry_is_in_the_file_when_adding_it_returns()
    {
        await using var buffer = Open(new ScriptedSender(_ => ScriptedSender.Away()), new());
        for (var i = 0; i < 20; i++)
        {
            buffer.AddUsage("a", 1, i, $"u{i}");
            using var crash = _folder.Copy();
            var sender = new ScriptedSender();
            await using var next = OpenOn(crash, sender);
            await next.FlushAsync().WaitAsync(Until.Soon);
            Assert.Equal(Enumerable.Range(0, i + 1).Select(n => $"u{n}"), sender.Ids);
        }
    }

    [Fact]
    public async Task Buffered_entries_are_written_within_their_delay()
    {
        var delay = TimeSpan.FromSeconds(5);
        var spool = new SpoolOptions { Folder = _folder.Path, Durability = SpoolDurability.Buffered, WriteDelay = delay };
        await using var buffer = Open(new ScriptedSender(), new() { BatchDelay = TimeSpan.FromHours(1), Spool = spool });
        BatchTests.AddMany(buffer, 3);
        using (var early = _folder.Copy())
            Assert.Equal(0, HeldBy(early));
        _time.Advance(delay);
        using (var late = _folder.Copy())
            Assert.Equal(3, HeldBy(late));
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(0, buffer.Held);
    }

    [Fact]
    public async Task A_file_that_ends_in_the_middle_of_an_entry_gives_all_before_it()
    {
        await CloseWithAsync(3);
        var file = Assert.Single(_folder.Files);
        var bytes = await File.ReadAllBytesAsync(file);
        var record = (bytes.Length - 8) / 3;
        for (var length = 0; length <= bytes.Length; length++)
        {
            using var torn = new SpoolFolder();
            await File.WriteAllBytesAsync(Path.Combine(torn.Path, Path.GetFileName(file)), bytes[..length]);
            Assert.Equal(Math.Max(0, (length - 8) / record), HeldBy(torn));
        }

        Assert.Equal(0, _lines.Count("damaged"));
        Assert.True(_lines.Count("ends in the middle") > 0);
    }

    [Fact]
    public async Task Zeros_after_the_last_entry_are_a_torn_end()
    {
        await CloseWithAsync(3);
        await File.AppendAllBytesAsync(Assert.Single(_folder.Files), new byte[4_096]);
        Assert.Equal(3, HeldBy(_folder));
        Assert.Equal(0, _lines.Count("damaged"));
    }

    [Fact]
    public async Task A_file_that_somebody_changed_gives_all_before_the_change_and_is_kept()
    {
        await CloseWithAsync(3);
        var file = Assert.Single(_folder.Files);
        var bytes = await File.ReadAllBytesAsync(file);
        var record = (bytes.Length - 8) / 3;
        for (var at = 8 + record; at < 8 + (2 * record); at++)
        {
            using var changed = new SpoolFolder();
            var other = (byte[])bytes.Clone();
            other[at] ^= 0x40;
            var path = Path.Combine(changed.Path, Path.GetFileName(file));
            await File.WriteAllBytesAsync(path, other);
            var sender = new ScriptedSender();
            await using (var buffer = OpenOn(changed, sender))
                await buffer.FlushAsync().WaitAsync(Until.Soon);
            Assert.Equal(["u0"], sender.Ids);
            Assert.Equal(other, await File.ReadAllBytesAsync(path + ".damaged"));
        }

        Assert.Equal(record, _lines.Count("is damaged"));
    }

    [Fact]
    public async Task A_second_buffer_on_the_folder_is_refused()
    {
        await using var buffer = Open(new ScriptedSender());
        var refused = Assert.Throws<IOException>(() => Open(new ScriptedSender()));
        Assert.StartsWith("Spool.Folder must be one buffer's own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_decided_is_deleted_and_nothing_is_left_at_the_end()
    {
        var spool = new SpoolOptions { Folder = _folder.Path, SegmentBytes = 64 * 1024, BytesMax = 1024 * 1024 };
        var sender = new ScriptedSender();
        var most = 0;
        await using (var buffer = Open(sender, new() { Spool = spool, BatchEntriesMax = 100 }))
        {
            // Far more than the spool may ever hold.
            for (var i = 0; i < 40_000; i++)
            {
                Assert.Equal(AddResult.Accepted, await buffer.AddUsageAsync("account", 1, i, $"u{i:D28}"));
                if (i % 500 == 0)
                    most = Math.Max(most, _folder.Files.Count);
            }

            await buffer.FlushAsync().WaitAsync(Until.Soon);
            Assert.True(buffer.Bytes <= 2 * spool.SegmentBytes, $"{buffer.Bytes} bytes are left");
        }

        Assert.InRange(most, 1, 17);
        Assert.Equal(Enumerable.Range(0, 40_000).Select(i => $"u{i:D28}"), sender.Ids.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["lock"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_spool_goes_on_taking_entries_while_the_server_is_away_until_its_bytes_are_full()
    {
        var isAway = true;
        var sender = new ScriptedSender(entries => Volatile.Read(ref isAway) ? ScriptedSender.Away() : ScriptedSender.Record(entries));
        var spool = new SpoolOptions { Folder = _folder.Path, SegmentBytes = 64 * 1024, BytesMax = 256 * 1024 };
        await using var buffer = Open(sender, new() { Spool = spool, EntriesMax = 1, BatchEntriesMax = 50, BatchesInFlightMax = 2, Retry = BatchTests.Quick });
        var count = 0;
        while (buffer.AddUsage("a", 1, count, $"u{count}") == AddResult.Accepted)
            count++;
        Assert.InRange(count, 3_000, 10_000);
        Assert.InRange(_folder.Files.Sum(file => new FileInfo(file).Length), 250 * 1024, 256 * 1024);

        Volatile.Write(ref isAway, false);
        var flush = buffer.FlushAsync();
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(1));
                return flush.IsCompleted;
            },
            "the flush ends");
        Assert.Equal(count, sender.Ids.Distinct().Count());
        Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 1));
    }

    [Fact]
    public async Task What_was_decided_before_a_crash_is_not_sent_again()
    {
        await using var buffer = Open(new ScriptedSender(), new() { BatchEntriesMax = 10 });
        BatchTests.AddMany(buffer, 100);
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        buffer.AddUsage("a", 1, 1, "later");
        using var crash = _folder.Copy();
        var sender = new ScriptedSender();
        await using var next = OpenOn(crash, sender);
        await next.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["later"], sender.Ids);
    }

    [Fact]
    public async Task What_is_decided_out_of_order_takes_nothing_with_it_that_is_not()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sender = new SlowSender(entry => entry.Id == "u0" ? release.Task : Task.CompletedTask);
        var spool = new SpoolOptions { Folder = _folder.Path, SegmentBytes = 64 * 1024, BytesMax = 1024 * 1024 };
        await using var buffer = Open(sender, new() { Spool = spool, BatchEntriesMax = 100, BatchesInFlightMax = 2 });
        BatchTests.AddMany(buffer, 5_000);

        // All but the first batch is decided, and whole files of them.
        await Until.TrueAsync(() => buffer.Held == 100, "the others are decided");
        using (var crash = _folder.Copy())
            Assert.Equal(5_000, HeldBy(crash));
        release.SetResult();
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        using (var crash = _folder.Copy())
            Assert.Equal(0, HeldBy(crash));
    }

    [Fact]
    public async Task A_cursor_that_cannot_be_read_only_sends_more_again()
    {
        await using var buffer = Open(new ScriptedSender(), new() { BatchEntriesMax = 10 });
        BatchTests.AddMany(buffer, 20);
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        using var crash = _folder.Copy();
        await File.WriteAllBytesAsync(Path.Combine(crash.Path, "cursor"), new byte[13]);
        Assert.Equal(20, HeldBy(crash));
    }

    [Fact]
    public async Task A_file_whose_name_a_lost_one_had_is_never_written_again()
    {
        // The machine lost a file's name, and not the cursor that points into it.
        await using var buffer = Open(new ScriptedSender(), new() { BatchEntriesMax = 10 });
        BatchTests.AddMany(buffer, 20);
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        using var crash = _folder.Copy();
        File.Delete(Assert.Single(crash.Files));
        var sender = new ScriptedSender();
        await using var next = OpenOn(crash, sender);
        next.AddUsage("a", 1, 1, "new");
        using var again = crash.Copy();
        Assert.Equal(1, HeldBy(again));
    }

    [Fact]
    public async Task A_file_that_cannot_be_made_does_not_stand_in_the_way_of_the_next_try()
    {
        await using var buffer = Open(new ScriptedSender());
        var inTheWay = Path.Combine(_folder.Path, "0000000000000001.spool");
        await File.WriteAllBytesAsync(inTheWay, []);
        Assert.Throws<IOException>(() => buffer.AddUsage("a", 1, 1, "not taken"));

        Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 1, 1, "u"));
        await buffer.FlushAsync().WaitAsync(Until.Soon);
    }

    [Fact]
    public async Task What_was_read_before_a_file_could_not_be_is_sent()
    {
        var spool = new SpoolOptions { Folder = _folder.Path, SegmentBytes = 64 * 1024, BytesMax = 1024 * 1024 };
        var away = Open(new ScriptedSender(_ => ScriptedSender.Away()), new() { Spool = spool });
        BatchTests.AddMany(away, 2_000);
        await away.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon);
        var second = _folder.Files[1];
        var sender = new ScriptedSender();
        var options = new EntryBufferOptions { Spool = spool, BatchEntriesMax = 10_000, CloseTimeout = TimeSpan.Zero };
        await using var buffer = Open(sender, options);
        Assert.Equal(2_000, buffer.Held);

        // For a while the second file can't be opened.
        File.Move(second, $"{second}.gone");
        var flushed = buffer.FlushAsync();
        await Until.TrueAsync(() => sender.Requests.Count > 0 || _lines.Count("The spool can't be read now") > 0, "the first file is read");
        File.Move($"{second}.gone", second);
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return flushed.IsCompleted;
            },
            "all is sent");
        Assert.Equal(2_000, sender.Ids.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Synced_entries_are_all_there_and_who_adds_at_once_shares_a_sync()
    {
        var spool = new SpoolOptions { Folder = _folder.Path, Durability = SpoolDurability.Synced, SegmentBytes = 64 * 1024 };
        await using var buffer = Open(new ScriptedSender(), new() { Spool = spool });
        var added = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => Task.Run(() => buffer.AddUsageAsync("a", 1, i, $"u{i}").AsTask()))).WaitAsync(Until.Soon);
        Assert.All(added, result => Assert.Equal(AddResult.Accepted, result));
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(0, buffer.Held);
    }

    [Fact]
    public async Task A_refused_entry_stays_in_the_spool_until_it_was_given_back()
    {
        var given = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new EntryBufferOptions
        {
            BatchEntriesMax = 1,
            OnRefused = async (_, _) =>
            {
                given.TrySetResult();
                await release.Task;
            },
        };
        await using var buffer = Open(new ScriptedSender(entries => ScriptedSender.Each(entries, _ => OutcomeStatus.Late)), options);
        BatchTests.AddMany(buffer, 1);
        await given.Task.WaitAsync(Until.Soon);
        using (var crash = _folder.Copy())
        {
            // A handler that hung would hang the end of this test as well, if it failed.
            release.SetResult();
            Assert.Equal(1, HeldBy(crash));
        }

        await buffer.FlushAsync().WaitAsync(Until.Soon);
        using (var crash = _folder.Copy())
            Assert.Equal(0, HeldBy(crash));
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _folder.Dispose();
    }

    /// <summary>Answers a request when its first entry's task is done.</summary>
    private sealed class SlowSender(Func<Entry, Task> wait) : IEntrySender
    {
        public async Task<SendResult> SendAsync(ReadOnlyMemory<Entry> entries, CancellationToken cancellation)
        {
            var sent = entries.ToArray();
            await wait(sent[0]).WaitAsync(cancellation);
            return ScriptedSender.Record(sent);
        }
    }

    private EntryBuffer Open(IEntrySender sender, EntryBufferOptions? options = null)
    {
        options ??= new();
        options.Spool ??= new() { Folder = _folder.Path };
        options.CloseTimeout = TimeSpan.Zero; // the clock stands still
        return new EntryBuffer(sender, options, _time, _loggers.CreateLogger<EntryBuffer>());
    }

    private EntryBuffer OpenOn(SpoolFolder folder, IEntrySender sender) =>
        Open(sender, new() { Spool = new() { Folder = folder.Path } });

    /// <summary>Entries that a buffer finds there; the folder stays as it is.</summary>
    private long HeldBy(SpoolFolder folder)
    {
        using var copy = folder.Copy();
        var buffer = OpenOn(copy, new ScriptedSender(_ => ScriptedSender.Away()));
        var held = buffer.Held;
        buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon).GetAwaiter().GetResult();
        return held;
    }

    private async Task CloseWithAsync(int count)
    {
        var buffer = Open(new ScriptedSender(_ => ScriptedSender.Away()));
        BatchTests.AddMany(buffer, count);
        await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon);
    }
}
