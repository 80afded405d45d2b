using Akka.Actor;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>The writes of many accounts share a transaction, and so a sync of the server's disk.</summary>
[Collection(SharedPostgres.Name)]
public sealed class PostgresGroupCommitTests(PostgresFixture postgres)
{
    private const int Writers = 200;
    private const int EventsEach = 10;

    [PostgresFact]
    public async Task Rows_of_many_accounts_share_a_transaction()
    {
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await using var opened = await EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 100).OpenAsync();
        var counted = new CountedRows(opened.Rows);
        await using var system = await StoreSystem.StartAsync(opened.With(counted));
        var writers = Enumerable.Range(0, Writers).Select(i => system.Writer($"account-{i}")).ToArray();
        await Task.WhenAll(writers.Select(writer => writer.Ask<Writer.Known>(new Writer.AskKnown(), TimeSpan.FromSeconds(60))));

        await Task.WhenAll(writers.SelectMany(writer => Enumerable.Range(0, EventsEach).Select(n =>
            writer.Ask<Writer.Stored>(new Note($"event {n}"), TimeSpan.FromSeconds(60)))));

        const int Rows = Writers * EventsEach;
        Assert.Equal((long)Rows, await postgres.Server.AskAsync(name, "SELECT count(*) FROM journal"));
        Assert.True(Rows >= 5 * counted.Appends, $"{Rows} rows took {counted.Appends} transactions.");
        Assert.Equal((long)counted.Appends, await postgres.Server.AskAsync(name, "SELECT count(DISTINCT xmin::text) FROM journal"));
    }
}
