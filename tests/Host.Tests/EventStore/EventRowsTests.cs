using System.Data.Common;
using System.Globalization;
using System.Text;
using Akka.Actor;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.EventStore.Rows;
using GpuCredit.Host.Hosting;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>What our statements write, the plugin's own read, and the other way round.</summary>
public abstract class EventRowsTests
{
    private const string Stock =
        """
        akka.persistence.journal.sql.class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
        akka.persistence.snapshot-store.sql.class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
        """;

    private static readonly byte[] s_message = [1, 2, 3];
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <param name="store">Under both.</param>
    /// <param name="rowsOf">The columns of all rows, how many rows there are whose <c>created</c> isn't between the two, and how many writers.</param>
    private protected async Task What_ours_stored_the_plugin_reads_and_what_it_stored_ours_reads(OpenedEventStore store, Func<long, long, Task<(string Rows, long OfAnotherTime, long Writers)>> rowsOf)
    {
        var start = TimeProvider.System.GetUtcNow().Ticks;
        var texts = new List<string>();
        foreach (var overrides in new[] { "", Stock, "", Stock })
        {
            await using var system = await StoreSystem.StartAsync(store.With(store.Rows), overrides);
            var writer = system.Writer("account-a");
            Assert.Equal(texts, await KnownAsync(writer));
            foreach (var text in new[] { $"one {texts.Count}", $"two {texts.Count} \0ü" })
            {
                await writer.Ask<Writer.Stored>(new Note(text), s_limit);
                texts.Add(text);
            }
        }

        // Same columns with the same things in them: number, manifest, serializer, deleted, and the length of the writer's name.
        var (rows, ofAnotherTime, writers) = await rowsOf(start, TimeProvider.System.GetUtcNow().Ticks);
        Assert.Equal((0, 4), (ofAnotherTime, writers));
        Assert.Equal("1|n|9001|false|32,2|n|9001|false|32,3|n|9001|false|32,4|n|9001|false|32,5|n|9001|false|32,6|n|9001|false|32,7|n|9001|false|32,8|n|9001|false|32", rows);
    }

    private protected async Task Snapshot_rows_are_found_by_both(OpenedEventStore store)
    {
        var start = TimeProvider.System.GetUtcNow().Ticks;
        await using (var system = await StoreSystem.StartAsync(store.With(store.Rows)))
        {
            var writer = system.Writer("account-a");
            await writer.Ask<Writer.Stored>(new Note("one"), s_limit);
            await writer.Ask<Akka.Persistence.SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), s_limit);
            await writer.Ask<Writer.Stored>(new Note("two"), s_limit);
            await writer.Ask<Akka.Persistence.SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), s_limit);
            await system.Writer("account-b").Ask<Writer.Stored>(new Note("other"), s_limit);
        }

        Assert.InRange(Assert.Single(await store.Rows.WakeAsync(["account-a"])).Snapshot!.Created, start, TimeProvider.System.GetUtcNow().Ticks);
        foreach (var (through, found) in new (long, long?)[] { (0, null), (1, 1), (2, 2), (3, 2), (long.MaxValue, 2) })
            Assert.Equal(found, (await store.Rows.SnapshotThroughAsync("account-a", through))?.SequenceNr);
        Assert.Null(await store.Rows.SnapshotThroughAsync("account-b", long.MaxValue));
        foreach (var overrides in new[] { "", Stock })
        {
            await using var system = await StoreSystem.StartAsync(store.With(store.Rows), overrides);
            Assert.Equal(["snapshot of one,two"], await KnownAsync(system.Writer("account-a")));
            Assert.Equal(["other"], await KnownAsync(system.Writer("account-b")));
            Assert.Empty(await KnownAsync(system.Writer("account-c")));
        }
    }

    private protected async Task Answers_come_in_the_order_of_the_questions(IEventRows rows)
    {
        await rows.AppendAsync([Row("b", 1), Row("a", 1), Row("b", 2), Row("ä", 1), Row("b", 3)]);

        Assert.Equal([3L, 0, 1, 1, 3], await rows.HighestAsync(["b", "none", "a", "ä", "b"]));
        Assert.Equal(["b: 1,2,3", ": ", "a: 1", "ä: 1", "b: 1,2,3"], (await rows.WakeAsync(["b", "none", "a", "ä", "b"])).Select(stored =>
            $"{stored.Events.Rows.Select(row => row.PersistenceId).Distinct().SingleOrDefault()}: {Numbers(stored.Events.Rows)}"));
    }

    private protected async Task Events_are_read_by_pages_from_one_number_to_another(IEventRows rows, Func<string, Task> executeAsync)
    {
        const int PageBytes = 1 << 20;
        var large = Row("a", 5) with { Message = new byte[PageBytes] };
        await rows.AppendAsync([Row("b", 1), Row("a", 1), Row("a", 2), Row("b", 2), Row("a", 3), Row("a", 4), large, Row("a", 6), Row("a", 7), Row("ab", 8)]);

        Assert.Equal(["1,2,3", "4,5", "6,7"], await PagesAsync(1, 7, pageMax: 3));
        Assert.Equal(["1,2,3,4,5", "6,7"], await PagesAsync(1, 100, pageMax: 100));
        Assert.Equal(["2,3", "4"], await PagesAsync(2, 4, pageMax: 2));
        Assert.Empty(await PagesAsync(8, 100, pageMax: 2));
        Assert.Empty(await PagesAsync(3, 2, pageMax: 2));

        var read = new List<EventRow>();
        await foreach (var page in rows.ReadAsync("a", 4, 5, 10))
            read.AddRange(page);
        Assert.Equal([Row("a", 4), large], read.Select((row, i) => row with { Message = i == 0 && row.Message.SequenceEqual(s_message) ? s_message : row.Message.Length == PageBytes ? large.Message : [] }));

        // What most have in common, and what a single one has of its own.
        await rows.AppendAsync([Row("c", 1), Row("c", 2) with { Manifest = "m", SerializerId = 7, WriterUuid = "w" }, Row("c", 3)]);
        await foreach (var page in rows.ReadAsync("c", 1, 3, 10))
        {
            Assert.Equal(
                [(Row("c", 1).Manifest, Row("c", 1).SerializerId, Row("c", 1).WriterUuid), ("m", 7, "w"), (Row("c", 3).Manifest, Row("c", 3).SerializerId, Row("c", 3).WriterUuid)],
                page.Select(row => (row.Manifest, row.SerializerId, row.WriterUuid)));
        }

        // The plugin can leave a row and say that it is deleted.
        await executeAsync("UPDATE journal SET deleted = NOT deleted WHERE sequence_number = 2 AND persistence_id = 'a'");
        Assert.Equal(["1,3", "4,5", "6,7"], await PagesAsync(1, 7, pageMax: 2));

        async Task<List<string>> PagesAsync(long from, long to, int pageMax)
        {
            var pages = new List<string>();
            await foreach (var page in rows.ReadAsync("a", from, to, pageMax))
                pages.Add(Numbers(page));
            return pages;
        }
    }

    private protected async Task A_number_that_is_taken_refuses_all_rows_of_the_transaction(IEventRows rows)
    {
        await rows.AppendAsync([Row("a", 1)]);

        await Assert.ThrowsAnyAsync<DbException>(() => rows.AppendAsync([Row("b", 1), Row("a", 1), Row("c", 1)]));

        Assert.Equal([1L, 0, 0], await rows.HighestAsync(["a", "b", "c"]));
        await rows.AppendAsync([Row("b", 1), Row("a", 2)]);
        Assert.Equal([2L, 1], await rows.HighestAsync(["a", "b"]));
    }

    private protected async Task An_account_wakes_from_its_newest_snapshot_row_and_the_first_events_after_it(IEventRows rows, Func<string, Task> executeAsync)
    {
        await rows.AppendAsync([Row("a", 1), Row("a", 2), Row("a", 3), Row("a", 4), Row("a", 5), Row("b", 1), Row("b", 2), Row("c", 1)]);
        foreach (var (id, version) in new[] { ("a", 1), ("a", 3), ("a", 2), ("b", 2), ("d", 7) })
            await executeAsync($"INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id) VALUES ('{id}', {version}, {100 + version}, '{id}{version}', 's', 9001)");

        Assert.Equal(["a3 then 4,5 up to 5", "b2 then  up to 0", "none then 1 up to 1", "d7 then  up to 0", "none then  up to 0"], await WakeAsync("a", "b", "c", "d", "e"));
        var (stored, _) = Assert.Single(await rows.WakeAsync(["a"]));
        Assert.Equal((3, 103, "s", 9001), (stored!.SequenceNr, stored.Created, stored.Manifest, stored.SerializerId));

        // The plugin can leave a row and say that it is deleted: its number is taken.
        await executeAsync("UPDATE journal SET deleted = NOT deleted WHERE sequence_number = 5 AND persistence_id = 'a'");
        Assert.Equal(["a3 then 4 up to 5"], await WakeAsync("a"));

        // A row that somebody else has written can't be read; those that are asked for together with it are.
        await executeAsync("UPDATE journal SET manifest = NULL WHERE persistence_id = 'c'");
        Assert.Equal(["a3 then 4 up to 5", "none then  up to 0, and there may be more"], await WakeAsync("a", "c"));
        await executeAsync("INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest) VALUES ('e', 3, 103, 'e3', 's')");
        await executeAsync("UPDATE snapshot SET snapshot = NULL WHERE persistence_id = 'b'");
        await executeAsync("UPDATE snapshot SET manifest = NULL WHERE persistence_id = 'd'");
        Assert.Equal(["a3 then 4 up to 5", "no bytes then  up to 0", "d7 then  up to 0", "e3 then  up to 0"], await WakeAsync("a", "b", "d", "e"));

        async Task<IEnumerable<string>> WakeAsync(params string[] ids) => (await rows.WakeAsync(ids)).Select(one =>
            $"{(one.Snapshot is { } row ? row.Bytes is { } bytes ? Encoding.UTF8.GetString(bytes) : "no bytes" : "none")} then {Numbers(one.Events.Rows)} up to {one.Events.Highest}{(one.Events.IsFull ? ", and there may be more" : "")}");
    }

    private protected async Task The_first_page_is_bounded_in_rows_and_in_bytes(IEventRows rows)
    {
        const int Rows = EventPage.FirstRowsMax;
        const int Half = (int)EventPage.FirstBytesMax / 2;
        var whole = Enumerable.Range(1, Rows - 1).Select(version => Row("whole", version));
        var rowsTooMany = Enumerable.Range(1, Rows + 1).Select(version => Row("rows", version));
        var bytesTooMany = Enumerable.Range(1, 4).Select(version => Row("bytes", version) with { Message = new byte[Half] });
        var bytesJust = new[] { Row("just", 1) with { Message = new byte[Half] }, Row("just", 2) with { Message = new byte[Half - 1] } };
        await rows.AppendAsync([.. whole, .. rowsTooMany, .. bytesTooMany, .. bytesJust]);

        var stored = await rows.WakeAsync(["whole", "rows", "bytes", "just"]);

        Assert.Equal(
            [(Rows - 1, Rows - 1, false), (Rows, Rows, true), (2, 2, true), (2, 2, false)],
            stored.Select(one => (one.Events.Rows.Count, (int)one.Events.Highest, one.Events.IsFull)));
    }

    private static string Numbers(IReadOnlyList<EventRow> rows) => string.Join(',', rows.Select(row => row.SequenceNr));

    private static EventRow Row(string id, long version) => new(id, version, 1, s_message, "n", 9_001, "writer");

    private static async Task<string[]> KnownAsync(IActorRef writer) =>
        [.. (await writer.Ask<Writer.Known>(new Writer.AskKnown(), s_limit)).Events.Select(known => ((Note)known).Text)];

    public sealed class Sqlite : EventRowsTests, IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public void Dispose() => _folder.Dispose();

        [Fact]
        public async Task Rows_are_the_plugins()
        {
            await using var store = await OpenAsync();
            await What_ours_stored_the_plugin_reads_and_what_it_stored_ours_reads(store, (start, end) =>
            {
                using var file = SqliteFile.Open(_folder["data/gpucredit.db"]);
                return Task.FromResult((
                    file.Ask("SELECT group_concat(sequence_number || '|' || manifest || '|' || identifier || '|' || iif(deleted, 'true', 'false') || '|' || length(writer_uuid)) FROM (SELECT * FROM journal ORDER BY sequence_number)"),
                    long.Parse(file.Ask($"SELECT count(*) FROM journal WHERE created NOT BETWEEN {start} AND {end}"), CultureInfo.InvariantCulture),
                    long.Parse(file.Ask("SELECT count(DISTINCT writer_uuid) FROM journal"), CultureInfo.InvariantCulture)));
            });
        }

        [Fact]
        public async Task Snapshots()
        {
            await using var store = await OpenAsync();
            await Snapshot_rows_are_found_by_both(store);
        }

        [Fact]
        public async Task Order()
        {
            await using var store = await OpenAsync();
            await Answers_come_in_the_order_of_the_questions(store.Rows);
        }

        [Fact]
        public async Task Pages()
        {
            await using var store = await OpenAsync();
            await Events_are_read_by_pages_from_one_number_to_another(store.Rows, ExecuteAsync);
        }

        [Fact]
        public async Task Wake()
        {
            await using var store = await OpenAsync();
            await An_account_wakes_from_its_newest_snapshot_row_and_the_first_events_after_it(store.Rows, ExecuteAsync);
        }

        [Fact]
        public async Task First_page()
        {
            await using var store = await OpenAsync();
            await The_first_page_is_bounded_in_rows_and_in_bytes(store.Rows);
        }

        [Fact]
        public async Task Unique_key()
        {
            await using var store = await OpenAsync();
            await A_number_that_is_taken_refuses_all_rows_of_the_transaction(store.Rows);
        }

        private Task ExecuteAsync(string statement)
        {
            using var file = SqliteFile.Open(_folder["data/gpucredit.db"]);
            file.Execute(statement);
            return Task.CompletedTask;
        }

        private Task<OpenedEventStore> OpenAsync() => EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync();
    }

    [Collection(SharedPostgres.Name)]
    public sealed class OnPostgres(PostgresFixture postgres) : EventRowsTests
    {
        [PostgresFact]
        public async Task Rows_are_the_plugins()
        {
            var (name, store) = await OpenAsync();
            await using (store)
            {
                await What_ours_stored_the_plugin_reads_and_what_it_stored_ours_reads(store, async (start, end) => (
                    (string)(await postgres.Server.AskAsync(
                        name, "SELECT string_agg(concat_ws('|', sequence_number, manifest, identifier, deleted::text, length(writer_uuid)), ',' ORDER BY sequence_number) FROM journal"))!,
                    (long)(await postgres.Server.AskAsync(name, $"SELECT count(*) FROM journal WHERE created NOT BETWEEN {start} AND {end}"))!,
                    (long)(await postgres.Server.AskAsync(name, "SELECT count(DISTINCT writer_uuid) FROM journal"))!));
            }
        }

        [PostgresFact]
        public async Task Snapshots()
        {
            var (_, store) = await OpenAsync();
            await using (store)
                await Snapshot_rows_are_found_by_both(store);
        }

        [PostgresFact]
        public async Task Order()
        {
            var (_, store) = await OpenAsync();
            await using (store)
                await Answers_come_in_the_order_of_the_questions(store.Rows);
        }

        [PostgresFact]
        public async Task Pages()
        {
            var (name, store) = await OpenAsync();
            await using (store)
                await Events_are_read_by_pages_from_one_number_to_another(store.Rows, statement => postgres.Server.AskAsync(name, statement));
        }

        [PostgresFact]
        public async Task Wake()
        {
            var (name, store) = await OpenAsync();
            await using (store)
                await An_account_wakes_from_its_newest_snapshot_row_and_the_first_events_after_it(store.Rows, statement => postgres.Server.AskAsync(name, statement));
        }

        [PostgresFact]
        public async Task First_page()
        {
            var (_, store) = await OpenAsync();
            await using (store)
                await The_first_page_is_bounded_in_rows_and_in_bytes(store.Rows);
        }

        [PostgresFact]
        public async Task Unique_key()
        {
            var (_, store) = await OpenAsync();
            await using (store)
                await A_number_that_is_taken_refuses_all_rows_of_the_transaction(store.Rows);
        }

        private async Task<(string Name, OpenedEventStore Store)> OpenAsync()
        {
            var (name, connectionString) = await postgres.CreateDatabaseAsync();
            return (name, await EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 100).OpenAsync());
        }
    }
}
