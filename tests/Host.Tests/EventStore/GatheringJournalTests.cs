using Akka.Actor;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;

namespace Host.Tests.EventStore;

/// <summary>How writes are answered: each for itself, within its limit, and never before the store has spoken.</summary>
public sealed class GatheringJournalTests : IAsyncLifetime, IDisposable
{
    private const string OneRowEachTransaction = "akka.persistence.journal.sql { batch-size = 1, parallelism = 2 }";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private OpenedEventStore _store = null!;
    private HeldRows _rows = null!;

    public async Task InitializeAsync()
    {
        _store = await EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync();
        _rows = new(_store.Rows);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_write_that_takes_long_holds_no_other_up()
    {
        await using var system = await StoreSystem.StartAsync(_store.With(_rows), OneRowEachTransaction);
        _rows.Hold("slow");

        var slow = system.Writer("slow").Ask<Writer.Stored>(new Note("first to come"), s_limit);
        var quick = system.Writer("quick");
        for (var version = 1; version <= 5; version++)
            Assert.Equal(version, (await quick.Ask<Writer.Stored>(new Note("after it"), s_limit)).SequenceNr);

        Assert.False(slow.IsCompleted);
        _rows.LetGo("slow");
        Assert.Equal(1, (await slow).SequenceNr);
    }

    [Fact]
    public async Task A_write_that_fails_is_told_with_its_reason_and_takes_no_other_along()
    {
        await using var system = await StoreSystem.StartAsync(_store.With(_rows), OneRowEachTransaction);
        _rows.Hold("bad");

        var bad = system.Writer("bad").Ask<Writer.Stored>(new Note("lost"), s_limit);
        var good = system.Writer("good").Ask<Writer.Stored>(new Note("kept"), s_limit);
        Assert.Equal(1, (await good).SequenceNr);
        _rows.LetGo("bad", new IOException("the disk is gone"));

        Assert.Equal("the disk is gone", (await Assert.ThrowsAsync<IOException>(() => bad)).Message);
        Assert.Empty((await system.Writer("bad").Ask<Writer.Known>(new Writer.AskKnown(), s_limit)).Events);
    }

    [Fact]
    public async Task What_the_serializer_refuses_is_rejected_alone_and_leaves_no_row()
    {
        await using var system = await StoreSystem.StartAsync(_store.With(_rows));

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => system.Writer("strict").Ask<Writer.Stored>(new Unknown(), s_limit));

        Assert.Contains(nameof(Unknown), refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await system.Writer("other").Ask<Writer.Stored>(new Note("kept"), s_limit)).SequenceNr);
        Assert.Equal([0L, 1], await _store.Rows.HighestAsync(["strict", "other"]));
    }

    [Fact]
    public async Task A_write_that_nobody_answers_has_failed_within_the_limit_and_its_account_wakes_when_it_is_over()
    {
        await using var system = await StoreSystem.StartAsync(_store.With(_rows), "akka.persistence.journal.sql.circuit-breaker.call-timeout = 3s");
        _rows.Hold("lost");

        await Assert.ThrowsAsync<TimeoutException>(() => system.Writer("lost").Ask<Writer.Stored>(new Note("stored in the end"), s_limit));
        var woken = system.Writer("lost").Ask<Writer.Known>(new Writer.AskKnown(), s_limit);
        Assert.NotEqual(woken, await Task.WhenAny(woken, Task.Delay(TimeSpan.FromSeconds(0.3))));
        _rows.LetGo("lost");

        // It was told that it had failed, and it is stored: whoever comes next has to know of it.
        Assert.Equal(["stored in the end"], (await woken).Events.Select(known => ((Note)known).Text));
    }

    private sealed record Unknown;
}
