using Akka.Actor;
using Akka.Persistence;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.EventStore.Rows;
using GpuCredit.Host.Hosting;

namespace Host.Tests.EventStore;

/// <summary>An account wakes from one question to the store, and asks as before where the answer can't be used.</summary>
public sealed class WakeTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private OpenedEventStore _store = null!;
    private AskedRows _rows = null!;

    public async Task InitializeAsync()
    {
        _store = await EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync();
        _rows = new(_store.Rows);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_account_wakes_from_one_question()
    {
        await using var system = await StartAsync();
        Assert.Empty(await KnownAsync(system.Writer("a")));
        Assert.Equal("wake", _rows.Asked);

        var writer = system.Writer("a");
        await writer.Ask<Writer.Stored>(new Note("one"), s_limit);
        await writer.Ask<SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), s_limit);
        await writer.Ask<Writer.Stored>(new Note("two"), s_limit);
        await writer.Ask<Writer.Stored>(new Note("three"), s_limit);
        await EndAsync(writer);
        _rows.Forget();

        Assert.Equal(["snapshot of one", "two", "three"], await KnownAsync(system.Writer("a")));
        Assert.Equal("wake", _rows.Asked);
        Assert.Equal((0, 0L), (system.Waking.Count, system.Waking.Bytes));
    }

    [Fact]
    public async Task It_goes_on_with_the_number_after_the_last()
    {
        await using var system = await StartAsync();
        for (var version = 1; version <= 3; version++)
        {
            var writer = system.Writer("a");
            Assert.Equal(version, (await writer.Ask<Writer.Stored>(new Note($"{version}"), s_limit)).SequenceNr);
            await EndAsync(writer);
        }
    }

    [Theory]
    [InlineData(EventPage.FirstRowsMax - 1, "wake")]
    [InlineData(EventPage.FirstRowsMax, "wake,highest,read")]
    [InlineData((2 * EventPage.FirstRowsMax) + 1, "wake,highest,read")]
    public async Task Who_has_more_events_than_the_first_page_reads_them_all(int events, string asked)
    {
        string[] texts = [.. Enumerable.Range(1, events).Select(version => $"{version}")];
        await _store.Rows.AppendAsync([.. texts.Select((text, i) => Row("a", i + 1, text))]);
        await using var system = await StartAsync("akka.persistence.journal.sql.replay-batch-size = 100");

        var writer = system.Writer("a");
        Assert.Equal(texts, await KnownAsync(writer));
        Assert.Equal(asked, _rows.Asked);
        Assert.Equal(events + 1, (await writer.Ask<Writer.Stored>(new Note("next"), s_limit)).SequenceNr);
    }

    [Theory]
    [InlineData("a,a,b,b,c", "wake")]
    [InlineData("a,b,a", "wake,highest,read")]
    public async Task Who_was_written_by_several_processes_by_turns_has_to_pass_the_filter(string writers, string asked)
    {
        await _store.Rows.AppendAsync([.. writers.Split(',').Select((writer, i) => Row("a", i + 1, $"{i}") with { WriterUuid = writer })]);
        await using var system = await StartAsync();

        var writer = system.Writer("a");
        if (asked == "wake")
            Assert.Equal(writers.Split(',').Length, (await KnownAsync(writer)).Length);
        else
            await writer.WatchAsync().WaitAsync(s_limit);
        Assert.Equal(asked, _rows.Asked);
    }

    [Theory]
    [InlineData("snapshot")]
    [InlineData("manifest")]
    [InlineData("serializer_id")]
    public async Task Who_has_a_snapshot_row_that_cannot_be_read_wakes_from_his_events_and_who_is_read_together_with_him_as_ever(string column)
    {
        await using var system = await StartAsync();
        foreach (var id in new[] { "a", "broken" })
        {
            var writer = system.Writer(id);
            await writer.Ask<Writer.Stored>(new Note("one"), s_limit);
            await writer.Ask<SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), s_limit);
            await writer.Ask<Writer.Stored>(new Note("two"), s_limit);
            await EndAsync(writer);
        }

        using (var file = SqliteFile.Open(_folder["data/gpucredit.db"]))
            file.Execute($"UPDATE snapshot SET {column} = NULL WHERE persistence_id = 'broken'");
        _rows.Forget();

        // Both ask while the store is busy with another.
        _rows.HoldWakes();
        var another = KnownAsync(system.Writer("another"));
        await _rows.UntilAsync("wake");
        var broken = KnownAsync(system.Writer("broken"));
        var whole = KnownAsync(system.Writer("a"));
        while (system.Waking.Count < 3)
            await Task.Delay(5);
        _rows.LetWakesGo();

        Assert.Empty(await another);
        Assert.Equal(["snapshot of one", "two"], await whole);
        Assert.Equal(["one", "two"], await broken);
        Assert.Equal("wake,wake,highest,read", _rows.Asked);
    }

    [Fact]
    public async Task While_an_earlier_write_is_under_way_nothing_that_was_read_meanwhile_is_used()
    {
        var held = new HeldRows(_rows);
        await using var system = await StoreSystem.StartAsync(_store.With(held), "akka.persistence.journal.sql.circuit-breaker.call-timeout = 1s");
        held.Hold("a");
        await Assert.ThrowsAsync<TimeoutException>(() => system.Writer("a").Ask<Writer.Stored>(new Note("stored in the end"), s_limit));
        _rows.Forget();

        var woken = KnownAsync(system.Writer("a"));
        await _rows.UntilAsync("wake");
        held.LetGo("a");

        Assert.Equal(["stored in the end"], await woken);
        Assert.Equal("wake,highest,read", _rows.Asked);
    }

    [Fact]
    public async Task A_write_that_was_stored_after_the_answer_had_left_the_store_is_not_overlooked()
    {
        await using var system = await StartAsync();
        var first = system.Writer("a");
        Assert.Empty(await KnownAsync(first));
        _rows.Forget();

        // The second copy's answer is held back while the first one stores.
        _rows.HoldWakes();
        var second = KnownAsync(system.Writer("a"));
        await _rows.UntilAsync("wake");
        await first.Ask<Writer.Stored>(new Note("meanwhile"), s_limit);
        _rows.LetWakesGo();

        Assert.Equal(["meanwhile"], await second);
    }

    [Fact]
    public async Task Who_replays_other_events_than_those_that_were_read_asks_anew()
    {
        await using var system = await StartAsync();
        var writer = system.Writer("a");
        foreach (var text in new[] { "one", "two", "three" })
            await writer.Ask<Writer.Stored>(new Note(text), s_limit);
        await EndAsync(writer);
        _rows.Forget();

        Assert.Equal("one,two,three up to 3", await ReplayAsync(system.System, "a", 1, 100, 100));
        Assert.Equal("one,two up to 3", await ReplayAsync(system.System, "a", 1, 2, 100));
        Assert.Equal("one up to 3", await ReplayAsync(system.System, "a", 1, 100, 1));
        Assert.Equal("wake,wake,wake", _rows.Asked);

        Assert.Equal("two,three up to 3", await ReplayAsync(system.System, "a", 2, 100, 100));
        Assert.Equal(" up to 3", await ReplayAsync(system.System, "a", 4, 100, 100));
        Assert.Equal("wake,wake,wake,wake,highest,read,wake,highest", _rows.Asked);
        Assert.Equal(0, system.Waking.Count);
    }

    [Fact]
    public async Task Who_asks_and_goes_leaves_nothing_that_piles_up()
    {
        await using var system = await StartAsync();
        var store = Persistence.Instance.Apply(system.System).SnapshotStoreFor(null);
        for (var n = 0; n < 1_000; n++)
            await store.Ask<LoadSnapshotResult>(new LoadSnapshot($"gone-{n}", SnapshotSelectionCriteria.Latest, long.MaxValue), s_limit);

        Assert.InRange(system.Waking.Count, 1, 256);
    }

    /// <summary>Asks for a snapshot and then for events, as an actor does that wakes: the events, and the highest number that it is told.</summary>
    private static async Task<string> ReplayAsync(ActorSystem system, string id, long from, long to, long max)
    {
        using var actor = Inbox.Create(system);
        Persistence.Instance.Apply(system).SnapshotStoreFor(null).Tell(new LoadSnapshot(id, SnapshotSelectionCriteria.Latest, long.MaxValue), actor.Receiver);
        Assert.IsType<LoadSnapshotResult>(await actor.ReceiveAsync(s_limit));
        Persistence.Instance.Apply(system).JournalFor(null).Tell(new ReplayMessages(from, to, max, id, actor.Receiver));
        var texts = new List<string>();
        while (true)
        {
            switch (await actor.ReceiveAsync(s_limit))
            {
                case ReplayedMessage replayed:
                    texts.Add(((Note)replayed.Persistent.Payload).Text);
                    break;
                case RecoverySuccess success:
                    return $"{string.Join(',', texts)} up to {success.HighestSequenceNr}";
                case var other:
                    Assert.Fail($"{other}");
                    break;
            }
        }
    }

    private Task<StoreSystem> StartAsync(string overrides = "") => StoreSystem.StartAsync(_store.With(_rows), overrides);

    private static EventRow Row(string id, long version, string text) => new(id, version, 1, System.Text.Encoding.UTF8.GetBytes(text), "n", 9_001, "writer");

    private static async Task EndAsync(IActorRef writer) => Assert.True(await writer.GracefulStop(s_limit));

    private static async Task<string[]> KnownAsync(IActorRef writer) =>
        [.. (await writer.Ask<Writer.Known>(new Writer.AskKnown(), s_limit)).Events.Select(known => ((Note)known).Text)];
}
