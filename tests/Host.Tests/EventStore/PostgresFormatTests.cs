using Akka.Actor;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using LinqToDB;
using Npgsql;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>The tables are written by us and used by the plugin: here they are held against what the plugin would make.</summary>
[Collection(SharedPostgres.Name)]
public sealed class PostgresFormatTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task The_columns_are_those_that_the_plugin_would_make()
    {
        var (ours, connectionString) = await postgres.CreateDatabaseAsync();
        var (stock, stockConnectionString) = await postgres.CreateDatabaseAsync();
        await (await OpenAsync(connectionString)).DisposeAsync();
        await StockPlugin.UseAsync(ProviderName.PostgreSQL15, stockConnectionString);

        const string Question =
            """
            SELECT table_name || '.' || column_name, data_type, character_maximum_length, is_nullable, is_identity
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'gpucredit%' ORDER BY 1
            """;
        Assert.Equal(await postgres.Server.RowsAsync(stock, Question), await postgres.Server.RowsAsync(ours, Question));
    }

    [PostgresFact]
    public async Task There_is_no_index_beside_the_keys_and_the_one_that_keeps_two_writers_apart()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await using var opened = await OpenAsync(connectionString);

        Assert.Equal(
            ["gpucredit_store_has_one_row|(true)", "pk_gpucredit_member|address", "pk_journal|ordering", "pk_snapshot|persistence_id, sequence_number", "pk_tags|ordering_id, tag", "uq_journal|persistence_id, sequence_number"],
            await postgres.Server.RowsAsync(name, "SELECT indexname, substring(indexdef from '\\((.*)\\)$') FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE %' ORDER BY 1"));
        Assert.Equal(6L, await postgres.Server.AskAsync(name, "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'"));
    }

    [PostgresFact]
    public async Task Ids_are_compared_as_bytes_whatever_the_servers_language()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await using var opened = await OpenAsync(connectionString);

        Assert.Equal(
            ["journal|C", "snapshot|C", "tags|C"],
            await postgres.Server.RowsAsync(name, "SELECT table_name, collation_name FROM information_schema.columns WHERE column_name = 'persistence_id' ORDER BY 1"));
    }

    [PostgresFact]
    public async Task The_stock_plugin_reads_and_writes_our_tables()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await (await OpenAsync(connectionString)).DisposeAsync();

        await StockPlugin.UseAsync(ProviderName.PostgreSQL15, connectionString);
        var known = await StockPlugin.UseAsync(ProviderName.PostgreSQL15, connectionString);

        Assert.Equal([new Note("snapshot of one"), new Note("one")], known);
    }

    [PostgresFact]
    public async Task What_is_stored_says_who_wrote_it_and_by_which_serializer()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await using var opened = await OpenAsync(connectionString);
        await using (var system = await StoreSystem.StartAsync(opened))
            await system.Writer("a").Ask<Writer.Stored>(new Note("one"), TimeSpan.FromSeconds(20));

        Assert.Equal(
            ["1|False|a|1|one|n|9001|32"],
            await postgres.Server.RowsAsync(name, "SELECT ordering, deleted, persistence_id, sequence_number, convert_from(message, 'UTF8'), manifest, identifier, length(writer_uuid) FROM journal"));
    }

    [PostgresFact]
    public async Task The_store_is_recorded_in_one_row_and_never_in_two()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await using var opened = await OpenAsync(connectionString);

        Assert.Equal(["1|100"], await postgres.Server.RowsAsync(name, "SELECT format, shards FROM gpucredit_store"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => postgres.Server.ExecuteAsync(name, "INSERT INTO gpucredit_store VALUES (1, 200)"));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
    }

    private static Task<OpenedEventStore> OpenAsync(string connectionString) =>
        EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 100).OpenAsync();
}
