using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Time.Testing;
using Postgres;

namespace Host.Tests.EventStore;

public sealed class PostgresProbeTests
{
    [PostgresFact]
    public async Task A_server_that_is_gone_or_hangs_is_seen_while_nobody_writes_and_so_is_its_return()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var opened = await EventStoreTarget.From(StoreKind.Postgres, await server.CreateDatabaseAsync("books"), "/", shards: 100).OpenAsync();
        Assert.Null(await opened.Probe.AskAsync());

        await server.StopAsync(PostgresStop.Immediate);
        Assert.Equal("Connection refused", await opened.Probe.AskAsync());
        await server.StartAgainAsync();
        Assert.Null(await opened.Probe.AskAsync());

        server.Pause();
        Assert.StartsWith("no answer ", await opened.Probe.AskAsync(), StringComparison.Ordinal); // ours, or the driver's: both end after 2 s
        server.Resume();
        await Running.Eventually.TrueAsync(async () => await opened.Probe.AskAsync() is null, TimeSpan.FromSeconds(30), "the server answers again");
    }

    [PostgresFact]
    public async Task An_answer_that_takes_too_long_is_none()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var opened = await EventStoreTarget.From(StoreKind.Postgres, await server.CreateDatabaseAsync("books"), "/", shards: 100).OpenAsync();
        var time = new FakeTimeProvider();
        var probe = new PostgresProbe(opened.Data.ConnectionOptions.ConnectionString!, shards: 100, time);
        server.Pause();

        var asked = probe.AskAsync();
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("no answer within 2 s", await asked);
        server.Resume();
    }

    [PostgresTheory]
    [InlineData("ALTER DATABASE books SET default_transaction_read_only = on", "the database is read-only")]
    [InlineData("UPDATE gpucredit_store SET shards = 7", "the database is not this event store any more")]
    [InlineData("DELETE FROM gpucredit_store", "the database is not this event store any more")]
    [InlineData("DROP TABLE journal", "relation \"journal\" does not exist")]
    [InlineData("ALTER ROLE gpucredit PASSWORD 'changed'", "password authentication failed for user \"gpucredit\"")]
    public async Task A_store_that_has_changed_is_seen(string made, string why)
    {
        await using var server = await PostgresServer.StartAsync();
        await using var opened = await EventStoreTarget.From(StoreKind.Postgres, await server.CreateDatabaseAsync("books"), "/", shards: 100).OpenAsync();

        await server.ExecuteAsync("books", made);

        // A busy machine may be too slow for the two seconds, which says nothing of the store.
        string? answer = null;
        await Running.Eventually.TrueAsync(
            async () => (answer = await opened.Probe.AskAsync())?.StartsWith("no answer ", StringComparison.Ordinal) != true, TimeSpan.FromSeconds(60), "an answer");
        Assert.Equal(why, answer);
    }
}
