using Client.Tests.Buffer;
using Client.Tests.Running;
using GpuCredit.Client;
using Host.Tests.Running;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Client.Tests.Spool;

/// <summary>What was accepted as <see cref="SpoolDurability.Buffered"/>, and the disk doesn't take when the buffer closes.</summary>
public sealed class UnwrittenTests : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly SpoolFolder _folder = new();
    private readonly LoggedLines _lines = new();
    private readonly LoggerFactory _loggers;
    private readonly List<RefusedEntry> _refused = [];

    public UnwrittenTests() => _loggers = new LoggerFactory([_lines]);

    [Fact]
    public async Task It_is_given_back_as_unavailable_and_what_is_written_stays_in_the_spool()
    {
        var (buffer, spool) = Open(new ScriptedSender(_ => ScriptedSender.Away()), BatchTests.Into(_refused));
        BatchTests.AddMany(buffer, 2);
        _time.Advance(Delay);
        spool.Write = (_, _, _) => throw new IOException("the disk is full");
        Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 1, 1, "late-1"));
        Assert.Equal(AddResult.Accepted, buffer.AddCredit("a", 1, 10, 1, "late-2", priority: 7));
        Assert.Equal(new CloseReport(2, AreInSpool: true), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));
        Assert.Equal([Entry.Usage("a", "late-1", 1, 1), Entry.Credit("a", "late-2", 1, 1, 10, 7)], _refused.Select(refused => refused.Entry));
        Assert.All(_refused, refused => Assert.Equal(OutcomeStatus.Unavailable, refused.Outcome.Status));
        Assert.Equal(1, _lines.Count("2 buffered entries could not be written to the spool when the buffer closed; 0 of them nobody got back"));

        var sender = new ScriptedSender();
        var (next, _) = Open(sender, onRefused: null);
        await next.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["u0", "u1"], sender.Ids);
        await next.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_handler_it_counts_as_not_given_back_and_each_is_in_the_log()
    {
        var (buffer, spool) = Open(new ScriptedSender(), onRefused: null);
        spool.Write = (_, _, _) => throw new IOException("the disk is full");
        BatchTests.AddMany(buffer, 3);
        Assert.Equal(new CloseReport(0, AreInSpool: true, NotGivenBack: 3), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));
        Assert.Equal(3, _lines.Count("Refused as Unavailable"));
    }

    [Fact]
    public async Task What_a_silent_handler_does_not_get_of_it_is_counted()
    {
        var (buffer, spool) = Open(new ScriptedSender(), async (_, cancellation) => await Task.Delay(Timeout.InfiniteTimeSpan, cancellation));
        spool.Write = (_, _, _) => throw new IOException("the disk is full");
        BatchTests.AddMany(buffer, 3);
        var closing = buffer.CloseAsync(TimeSpan.Zero);
        await Until.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return closing.IsCompleted;
            },
            "the buffer closes");
        // The handler has the first.
        Assert.Equal(new CloseReport(0, AreInSpool: true, NotGivenBack: 2), await closing);
    }

    [Fact]
    public async Task The_files_are_kept_also_when_all_in_them_is_decided_since_some_of_it_may_be_there()
    {
        var (buffer, spool) = Open(new ScriptedSender(), BatchTests.Into(_refused));
        BatchTests.AddMany(buffer, 1);
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        spool.Write = (file, bytes, offset) =>
        {
            RandomAccess.Write(file, bytes[..(bytes.Length / 2)], offset);
            throw new IOException("the disk is full");
        };
        BatchTests.AddMany(buffer, 4);
        Assert.Equal(new CloseReport(0, AreInSpool: true), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));
        Assert.Equal(4, _refused.Count);

        var sender = new ScriptedSender();
        var (next, _) = Open(sender, onRefused: null);
        await next.FlushAsync().WaitAsync(Until.Soon);
        // Not the one that was decided, and twice at most what was given back: it has its id.
        Assert.Equal(["u0", "u1"], sender.Ids);
        await next.DisposeAsync();
        Assert.Equal(["lock"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Once_the_disk_has_refused_what_was_accepted_nothing_more_is_until_it_has_that()
    {
        var sender = new ScriptedSender();
        var (buffer, spool) = Open(sender, BatchTests.Into(_refused));
        spool.Write = (_, _, _) => throw new IOException("the disk is full");
        BatchTests.AddMany(buffer, 2);
        _time.Advance(Delay);
        Assert.Throws<IOException>(() => buffer.AddUsage("a", 1, 1, "refused"));
        await Assert.ThrowsAsync<IOException>(async () => await buffer.AddUsageAsync("a", 1, 1, "refused"));
        Assert.Equal(2, buffer.Held);

        spool.Write = RandomAccess.Write;
        Assert.Equal(AddResult.Accepted, buffer.AddUsage("a", 1, 1, "taken"));
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        Assert.Equal(["u0", "u1", "taken"], sender.Ids);
        Assert.Equal(new CloseReport(0, AreInSpool: true), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task A_buffer_that_cannot_delete_its_files_closes_and_lets_go_of_the_folder()
    {
        var (buffer, _) = Open(new ScriptedSender(), onRefused: null);
        BatchTests.AddMany(buffer, 3);
        await buffer.FlushAsync().WaitAsync(Until.Soon);
        // A folder that isn't empty stands where the file was.
        var file = Assert.Single(_folder.Files);
        File.Move(file, $"{file}.away");
        Directory.CreateDirectory(Path.Combine(file, "full"));
        Assert.Equal(new CloseReport(0, AreInSpool: true), await buffer.CloseAsync(TimeSpan.Zero).WaitAsync(Until.Soon));

        Directory.Delete(file, recursive: true);
        File.Move($"{file}.away", file);
        var (next, _) = Open(new ScriptedSender(), onRefused: null);
        Assert.Equal(0, next.Held);
        await next.DisposeAsync();
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _folder.Dispose();
    }

    private (EntryBuffer Buffer, SpoolOptions Spool) Open(IEntrySender sender, Func<RefusedEntry, CancellationToken, ValueTask>? onRefused)
    {
        var spool = new SpoolOptions { Folder = _folder.Path, Durability = SpoolDurability.Buffered, WriteDelay = Delay };
        // The clock stands still, so that nothing is taken or written but when the test says so.
        var options = new EntryBufferOptions { Spool = spool, BatchDelay = TimeSpan.FromHours(1), CloseTimeout = TimeSpan.Zero, OnRefused = onRefused };
        return (new EntryBuffer(sender, options, _time, _loggers.CreateLogger<EntryBuffer>()), spool);
    }
}
