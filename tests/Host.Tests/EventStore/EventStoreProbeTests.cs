using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Host.Tests.EventStore;

public sealed class EventStoreProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task An_open_store_answers_and_nothing_is_stored_by_asking(string store)
    {
        await using var opened = await OpenAsync(Enum.Parse<StoreKind>(store, ignoreCase: true));

        Assert.Null(await opened.Probe.AskAsync());
        Assert.Null(await opened.Probe.AskAsync());
    }

    [Fact]
    public async Task A_file_that_was_taken_away_is_seen_while_nobody_writes()
    {
        await using var opened = await OpenAsync();
        File.Move(_folder["data/gpucredit.db"], _folder["data/elsewhere.db"]);

        Assert.Contains("unable to open database file", await opened.Probe.AskAsync(), StringComparison.Ordinal);

        File.Move(_folder["data/elsewhere.db"], _folder["data/gpucredit.db"]);
        Assert.Null(await opened.Probe.AskAsync());
    }

    [Fact]
    public async Task A_lock_that_another_program_keeps_is_seen()
    {
        await using var opened = await OpenAsync();
        using (var other = SqliteFile.Open(_folder["data/gpucredit.db"]))
        {
            other.Execute("BEGIN IMMEDIATE");
            Assert.Equal("the file is locked", await Probe(new FakeTimeProvider()).AskAsync());
        }

        Assert.Null(await opened.Probe.AskAsync());
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_none()
    {
        await using var opened = await OpenAsync();
        using var other = SqliteFile.Open(_folder["data/gpucredit.db"]);
        other.Execute("BEGIN IMMEDIATE");
        var time = new FakeTimeProvider();
        var probe = Probe(time);

        var asked = probe.AskAsync();
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("no answer within 2 s", await asked);
        // The next one waits for the question that is still under way.
        Assert.Equal("the file is locked", await probe.AskAsync());
    }

    [Fact]
    public async Task A_writer_at_work_is_no_dead_store()
    {
        await using var opened = await OpenAsync();
        using var other = SqliteFile.Open(_folder["data/gpucredit.db"]);
        other.Execute("CREATE TABLE busy (n INTEGER)");
        var work = new CancellationTokenSource();
        // Commits, and has the lock again before anybody else could have it.
        var writer = Task.Run(() =>
        {
            while (!work.IsCancellationRequested)
                other.Execute("BEGIN IMMEDIATE; INSERT INTO busy VALUES (1); COMMIT; BEGIN IMMEDIATE; INSERT INTO busy VALUES (2); COMMIT");
        });

        var probe = Probe(new FakeTimeProvider());
        for (var n = 0; n < 20; n++)
            Assert.Null(await probe.AskAsync());

        await work.CancelAsync();
        await writer;
    }

    // Its two seconds pass on a clock that stands still, however busy the machine is.
    private SqliteProbe Probe(TimeProvider time) => new($"Data Source={_folder["data/gpucredit.db"]}", time);

    private Task<OpenedEventStore> OpenAsync(StoreKind store = StoreKind.Sqlite) =>
        EventStoreTarget.From(store, null, _folder.Path, shards: 100).OpenAsync();
}
