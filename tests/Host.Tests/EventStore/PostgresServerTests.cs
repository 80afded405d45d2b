using Npgsql;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>The tools of the other tests: a server that can be ended in every way, and comes back with what it had acknowledged.</summary>
public sealed class PostgresServerTests
{
    [PostgresFact]
    public async Task A_server_that_is_stopped_and_started_again_has_what_was_committed()
    {
        string folder;
        await using (var server = await PostgresServer.StartAsync())
        {
            var connectionString = await server.CreateDatabaseAsync("books");
            await using var source = NpgsqlDataSource.Create(connectionString);
            await source.CreateCommand("CREATE TABLE book (n int)").ExecuteNonQueryAsync();
            foreach (var mode in new[] { PostgresStop.Fast, PostgresStop.Immediate })
            {
                await source.CreateCommand("INSERT INTO book VALUES (1)").ExecuteNonQueryAsync();
                await server.StopAsync(mode);
                await Assert.ThrowsAnyAsync<NpgsqlException>(() => server.AskAsync("books", "SELECT 1"));
                source.Clear();
                await server.StartAgainAsync();
            }

            Assert.Equal(2L, await server.AskAsync("books", "SELECT count(*) FROM book"));
            Assert.Equal("on", await server.AskAsync("books", "SHOW fsync"));
            await using (await source.OpenConnectionAsync())
                Assert.True(await server.TerminateConnectionsAsync("books") > 0);
            folder = (string)(await server.AskAsync("books", "SHOW data_directory"))!;
        }

        Assert.False(Directory.Exists(folder));
    }

    [PostgresFact]
    public async Task A_paused_server_keeps_its_connections_and_answers_nothing_until_it_is_resumed()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync("books"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", connection);

        server.Pause();
        var answer = command.ExecuteScalarAsync();
        Assert.False(answer.IsCompleted);
        server.Resume();

        Assert.Equal(1, await answer);
    }
}
