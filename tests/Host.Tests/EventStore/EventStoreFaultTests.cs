using Akka.Actor;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;

namespace Host.Tests.EventStore;

public sealed class EventStoreFaultTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_locked_file_fails_writes_as_failures_and_the_store_goes_on_afterwards()
    {
        await using var opened = await OpenAsync();
        await using var system = await StoreSystem.StartAsync(opened);
        await system.Writer("a").Ask<Writer.Stored>(new Note("before"), s_limit);

        using (var other = SqliteFile.Open(_folder["data/gpucredit.db"]))
        {
            other.Execute("BEGIN EXCLUSIVE");
            // Accounts awake, and accounts that wake: reading goes on while the file is locked.
            var writers = Enumerable.Range(0, 50).Select(n => system.Writer($"locked-{n}")).ToArray();
            var faults = await Task.WhenAll(writers.Select(writer => FaultOfAsync(writer, "during")));
            Assert.All(faults, fault => Assert.Contains("database is locked", fault?.Message, StringComparison.Ordinal));
        }

        var known = await system.Writer("a").Ask<Writer.Known>(new Writer.AskKnown(), s_limit);
        Assert.Equal([new Note("before")], known.Events.ToArray());
        for (var n = 0; n < 50; n++)
            Assert.Equal(1, (await system.Writer($"locked-{n}").Ask<Writer.Stored>(new Note("after"), s_limit)).SequenceNr);
    }

    [Fact]
    public async Task One_bad_row_does_not_shut_the_store_for_the_others()
    {
        await using var opened = await OpenAsync();
        await using var system = await StoreSystem.StartAsync(opened);
        var writers = Enumerable.Range(0, 100).Select(n => system.Writer($"account-{n}")).ToArray();
        await Task.WhenAll(writers.Select(writer => writer.Ask<Writer.Known>(new Writer.AskKnown(), s_limit)));
        using (var other = SqliteFile.Open(_folder["data/gpucredit.db"]))
            other.Execute("INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, 0, 'account-0', 1, x'00')");

        // Whoever shared a transaction with account-0 fails with it; more than ten do, where the plugin's own breaker opens.
        var faults = await Task.WhenAll(writers.Select(writer => FaultOfAsync(writer, "one")));
        Assert.Contains("UNIQUE constraint failed", faults[0]?.Message, StringComparison.Ordinal);

        for (var n = 1; n < writers.Length; n++)
        {
            if (faults[n] is not null)
                await system.Writer($"account-{n}").Ask<Writer.Stored>(new Note("again"), s_limit);
        }

        using var file = SqliteFile.Open(_folder["data/gpucredit.db"]);
        Assert.Equal("99", file.Ask("SELECT count(*) FROM journal WHERE persistence_id <> 'account-0' AND sequence_number = 1"));
    }

    private static async Task<Exception?> FaultOfAsync(IActorRef writer, string text)
    {
        try
        {
            await writer.Ask<Writer.Stored>(new Note(text), s_limit);
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
    }

    private Task<OpenedEventStore> OpenAsync() =>
        EventStoreTarget.From(StoreKind.Sqlite, "Data Source=data/gpucredit.db;Default Timeout=1", _folder.Path, shards: 100).OpenAsync();
}
