using Akka.Actor;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using LinqToDB;
using Microsoft.Data.Sqlite;

namespace Host.Tests.EventStore;

/// <summary>The tables are written by us and used by the plugin: here they are held against what the plugin would make.</summary>
public sealed class SqliteFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_columns_are_those_that_the_plugin_would_make()
    {
        await (await EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync()).DisposeAsync();
        await UseStockPluginAsync($"Data Source={_folder["stock.db"]}");
        using var ours = SqliteFile.Open(_folder["data/gpucredit.db"]);
        using var stock = SqliteFile.Open(_folder["stock.db"]);

        foreach (var table in new[] { "journal", "tags", "snapshot" })
        {
            var question = $"SELECT name, upper(type), \"notnull\", dflt_value, pk FROM pragma_table_info('{table}')";
            Assert.Equal(stock.Rows(question), ours.Rows(question));
        }
    }

    [Fact]
    public async Task The_only_index_beside_the_keys_is_the_one_that_keeps_two_writers_apart()
    {
        await using var opened = await EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync();
        using var file = SqliteFile.Open(_folder["data/gpucredit.db"]);

        Assert.Equal(["persistence_id", "sequence_number"], file.Rows("SELECT i.name FROM pragma_index_list('journal') l, pragma_index_info(l.name) i WHERE l.\"unique\" = 1"));
        Assert.Equal("1", file.Ask("SELECT count(*) FROM pragma_index_list('journal')"));
        const string row = "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, 0, 'a', 1, x'00')";
        file.Execute(row);
        Assert.Equal(SQLitePCL.raw.SQLITE_CONSTRAINT, Assert.Throws<SqliteException>(() => file.Execute(row)).SqliteErrorCode);
    }

    [Fact]
    public async Task The_stock_plugin_reads_and_writes_our_tables()
    {
        await (await EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync()).DisposeAsync();
        var connectionString = $"Data Source={_folder["data/gpucredit.db"]}";

        await UseStockPluginAsync(connectionString);
        var known = await UseStockPluginAsync(connectionString);

        Assert.Equal([new Note("snapshot of one"), new Note("one")], known);
    }

    [Fact]
    public async Task What_is_stored_says_who_wrote_it_and_by_which_serializer()
    {
        await using var opened = await EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync();
        await using (var system = await StoreSystem.StartAsync(opened))
            await system.Writer("a").Ask<Writer.Stored>(new Note("one"), TimeSpan.FromSeconds(20));
        using var file = SqliteFile.Open(_folder["data/gpucredit.db"]);

        Assert.Equal(["1|0|a|1|one|n|9001|32"], file.Rows("SELECT ordering, deleted, persistence_id, sequence_number, CAST(message AS TEXT), manifest, identifier, length(writer_uuid) FROM journal"));
    }

    private static Task<object[]> UseStockPluginAsync(string connectionString) => StockPlugin.UseAsync(ProviderName.SQLiteMS, connectionString + ";Pooling=False");
}
