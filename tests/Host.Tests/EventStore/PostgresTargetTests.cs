using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>Starts on databases of every kind; what can't work is a sentence, and what isn't ours is left alone.</summary>
[Collection(SharedPostgres.Name)]
public sealed class PostgresTargetTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task The_first_start_makes_the_tables_and_the_next_one_finds_them()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();

        await using (var first = await OpenAsync(connectionString))
        {
            Assert.Null(first.Warning);
            Assert.Null(await first.Probe.AskAsync());
        }

        Assert.Equal(["gpucredit_member", "gpucredit_store", "journal", "snapshot", "tags"], await TablesAsync(name));
        await using var second = await OpenAsync(connectionString);
        Assert.Null(await second.Probe.AskAsync());
        Assert.Equal(["1|100"], await postgres.Server.RowsAsync(name, "SELECT format, shards FROM gpucredit_store"));
    }

    [PostgresFact]
    public async Task Eight_nodes_may_start_at_once_on_an_empty_database()
    {
        for (var round = 0; round < 3; round++)
        {
            var (name, connectionString) = await postgres.CreateDatabaseAsync();

            var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenAsync(connectionString))));

            foreach (var store in opened)
                await store.DisposeAsync();
            Assert.Equal(["1|100"], await postgres.Server.RowsAsync(name, "SELECT format, shards FROM gpucredit_store"));
        }
    }

    [PostgresFact]
    public async Task Of_two_first_starts_with_different_numbers_of_shards_one_is_refused()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();

        Task<OpenedEventStore>[] starts = [Task.Run(() => OpenAsync(connectionString, 100)), Task.Run(() => OpenAsync(connectionString, 200))];
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => Task.WhenAll(starts));

        var opened = Assert.Single(starts, start => start.IsCompletedSuccessfully);
        await (await opened).DisposeAsync();
        Assert.StartsWith("GpuCredit:Cluster:Shards is ", refused.Message, StringComparison.Ordinal);
        Assert.Single(await postgres.Server.RowsAsync(name, "SELECT * FROM gpucredit_store"));
    }

    [PostgresFact]
    public async Task Another_number_of_shards_is_refused_with_both_numbers()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await (await OpenAsync(connectionString)).DisposeAsync();

        Assert.Equal(
            $"GpuCredit:Cluster:Shards is 50, and the accounts in PostgreSQL {name} on 127.0.0.1:{postgres.Server.Port} are spread over 100 shards: set it to 100 at every node.",
            await RefusedAsync(connectionString, shards: 50));
    }

    [PostgresTheory]
    [InlineData("UPDATE gpucredit_store SET format = 2", "has format 2, and this version of GpuCredit reads up to format 1: ")]
    [InlineData("UPDATE gpucredit_store SET format = 0", "has no format that any version of GpuCredit writes: ")]
    [InlineData("DELETE FROM gpucredit_store", "has no format that any version of GpuCredit writes: ")]
    [InlineData("DROP TABLE snapshot", "has lost tables (snapshot): ")]
    [InlineData("REVOKE INSERT ON journal FROM gpucredit", "doesn't permit this user to read and write its tables: ")]
    public async Task A_store_that_this_version_cant_use_is_refused(string made, string sentence)
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await (await OpenAsync(connectionString)).DisposeAsync();
        await postgres.Server.ExecuteAsync(name, made);

        Assert.StartsWith($"PostgreSQL {name} on 127.0.0.1:{postgres.Server.Port} {sentence}", await RefusedAsync(connectionString), StringComparison.Ordinal);
    }

    [PostgresTheory]
    [InlineData("journal")]
    [InlineData("snapshot")]
    [InlineData("tags")]
    public async Task Another_applications_tables_are_left_alone(string table)
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await postgres.Server.ExecuteAsync(name, $"CREATE TABLE {table} (song text)");

        Assert.Contains($" holds another application's tables ({table}): ", await RefusedAsync(connectionString), StringComparison.Ordinal);
        Assert.Equal([table], await TablesAsync(name));
    }

    [PostgresFact]
    public async Task Another_applications_tables_beside_ours_are_no_hindrance()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await postgres.Server.ExecuteAsync(name, "CREATE TABLE song (title text)");

        await (await OpenAsync(connectionString)).DisposeAsync();

        Assert.Equal(["gpucredit_member", "gpucredit_store", "journal", "snapshot", "song", "tags"], await TablesAsync(name));
    }

    [PostgresFact]
    public async Task The_tables_are_made_in_the_schema_that_the_connection_names()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await postgres.Server.ExecuteAsync(name, "CREATE SCHEMA books AUTHORIZATION gpucredit; CREATE TABLE journal (song text)");

        await using var opened = await OpenAsync(connectionString + ";Search Path=books");

        Assert.Null(await opened.Probe.AskAsync());
        Assert.Equal(5L, await postgres.Server.AskAsync(name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'books'"));
        Assert.Equal(["journal"], await TablesAsync(name));
    }

    [PostgresFact]
    public async Task A_schema_that_isnt_there_is_named()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();

        Assert.Contains(" has none of the schemas in this user's search_path: ", await RefusedAsync(connectionString + ";Search Path=books"), StringComparison.Ordinal);
    }

    [PostgresTheory]
    [InlineData("Password=wrong", "doesn't let this user in (password authentication failed for user \"gpucredit\"): ")]
    [InlineData("Username=nobody", "doesn't let this user in (password authentication failed for user \"nobody\"): ")]
    [InlineData("Password=", "can't be used as the event store (No password has been provided ")]
    [InlineData("Database=nowhere", "has no such database: ")]
    [InlineData("Database=postgres", "doesn't permit this user to use it as the event store (permission denied for schema public): ")]
    [InlineData("SSL Mode=Require", "can't be used as the event store (SSL connection requested. ")]
    public async Task A_server_that_refuses_is_a_sentence_at_once_and_shows_no_password(string difference, string sentence)
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();

        var refused = await RefusedAsync($"{connectionString};{difference}");

        Assert.Contains(sentence, refused, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, refused, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refused, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_database_that_is_read_only_is_named()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await postgres.Server.ExecuteAsync("postgres", $"ALTER DATABASE {name} SET default_transaction_read_only = on");

        Assert.Contains(" is read-only (a standby?): ", await RefusedAsync(connectionString), StringComparison.Ordinal);
        Assert.Empty(await TablesAsync(name));
    }

    [PostgresFact]
    public async Task A_commit_is_on_disk_before_it_returns_whatever_the_databases_default()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await postgres.Server.ExecuteAsync("postgres", $"ALTER DATABASE {name} SET synchronous_commit = off");
        await postgres.Server.ExecuteAsync("postgres", $"ALTER ROLE gpucredit IN DATABASE {name} SET synchronous_commit = off");

        await using var opened = await OpenAsync(connectionString + ";Options=-c synchronous_commit=off");
        await using var connection = new NpgsqlConnection(opened.Data.ConnectionOptions.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SHOW synchronous_commit", connection);

        Assert.Equal("on", await command.ExecuteScalarAsync());
    }

    [PostgresFact]
    public async Task What_a_node_that_stops_in_the_middle_of_a_transaction_holds_is_given_up_by_the_server()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var opened = await OpenAsync(connectionString);
        const string Row = "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, false, 'a', 1, '')";
        await using var source = NpgsqlDataSource.Create(opened.Data.ConnectionOptions.ConnectionString!);
        await using var paused = await source.OpenConnectionAsync();
        await using var transaction = await paused.BeginTransactionAsync();
        await using (var write = new NpgsqlCommand(Row, paused))
            await write.ExecuteNonQueryAsync();

        // The other node's write of the same version waits at the unique key, and not for ever.
        Assert.Equal(1, await source.CreateCommand(Row).ExecuteNonQueryAsync());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => transaction.CommitAsync());
    }

    [PostgresFact]
    public async Task A_server_that_starts_with_its_nodes_is_waited_for()
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync("books");
        await server.StopAsync();
        var told = new List<string>();

        var opening = PostgresTarget.From(connectionString, shards: 100).OpenAsync(told.Add);
        await server.StartAgainAsync();

        await using var opened = await opening;
        Assert.Equal($"PostgreSQL books on 127.0.0.1:{server.Port} doesn't answer yet (Connection refused): trying again for 30 s.", Assert.Single(told));
    }

    [PostgresFact]
    public async Task A_server_that_stays_away_is_a_sentence()
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync("books");
        await server.StopAsync();
        var time = new FakeTimeProvider();

        var opening = PostgresTarget.From(connectionString, shards: 100, time).OpenAsync();
        await Running.Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(opening.IsCompleted);
            },
            TimeSpan.FromSeconds(30),
            "the start is given up");

        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => opening);
        Assert.Equal(30, time.GetUtcNow().Subtract(time.Start).TotalSeconds, tolerance: 2);
        Assert.StartsWith($"PostgreSQL books on 127.0.0.1:{server.Port} doesn't answer (Connection refused): start it, ", refused.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_server_that_does_not_sync_is_warned_of()
    {
        await using var server = await PostgresServer.StartAsync("fsync=off");

        await using var opened = await OpenAsync(await server.CreateDatabaseAsync("books"));

        Assert.Contains(" runs with fsync=off: ", opened.Warning, StringComparison.Ordinal);
    }

    private static Task<OpenedEventStore> OpenAsync(string connectionString, int shards = 100) =>
        EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards).OpenAsync();

    private static async Task<string> RefusedAsync(string connectionString, int shards = 100)
    {
        var sentence = (await Assert.ThrowsAsync<StartRefusedException>(() => OpenAsync(connectionString, shards))).Message;
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        return sentence;
    }

    private Task<string[]> TablesAsync(string database) =>
        postgres.Server.RowsAsync(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
}
