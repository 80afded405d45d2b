using Akka.Actor;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;

namespace Host.Tests.EventStore;

/// <summary>The writes of many accounts share a transaction, and so a sync of the disk.</summary>
public sealed class EventStoreGroupCommitTests : IDisposable
{
    private const int Writers = 200;
    private const int EventsEach = 10;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_of_many_accounts_share_a_transaction()
    {
        await using var opened = await EventStoreTarget.From(StoreKind.Sqlite, null, _folder.Path, shards: 100).OpenAsync();
        var counted = new CountedRows(opened.Rows);
        await using var system = await StoreSystem.StartAsync(opened.With(counted));
        var writers = Enumerable.Range(0, Writers).Select(i => system.Writer($"account-{i}")).ToArray();

        await Task.WhenAll(writers.Select(writer => writer.Ask<Writer.Known>(new Writer.AskKnown(), TimeSpan.FromSeconds(60))));

        await Task.WhenAll(writers.SelectMany(writer => Enumerable.Range(0, EventsEach).Select(n =>
            writer.Ask<Writer.Stored>(new Note($"event {n}"), TimeSpan.FromSeconds(60)))));
        using var file = SqliteFile.Open(_folder["data/gpucredit.db"]);
        var rows = int.Parse(file.Ask("SELECT count(*) FROM journal"), null);
        Assert.Equal(Writers * EventsEach, rows);
        Assert.True(rows >= 5 * counted.Appends, $"{rows} rows took {counted.Appends} transactions.");
    }
}
