using Host.Tests.Running;
using Microsoft.Extensions.Logging;

namespace Host.Tests.EventStore;

/// <summary>What Akka.Persistence.Sql itself refuses (its queue is full, its breaker is open) stops few accounts, for a short while.</summary>
public sealed class AccountOutageTests : IDisposable
{
    private const int Accounts = 600;

    /// <summary>gpucredit.account.write-gate.writes-max, and what tries whether the store is back.</summary>
    private const int StopsMax = 512 + 40;

    private const string NotStored = "was not stored";

    private readonly TemporaryFolder _folder = new();
    private readonly LoggedLines _logged = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_write_queue_that_is_full_makes_entries_unavailable_and_writing_goes_on_by_itself()
    {
        await using var host = await StartAsync("--akka:persistence:journal:sql:buffer-size", "10", "--akka:persistence:journal:sql:batch-size", "5");
        var load = new AccountLoad(host, Accounts);
        await load.OpenInSlicesAsync(slice: 10);

        Task<(int Status, int Unavailable)> sent;
        using (var other = SqliteFile.Open(_folder["ledger.db"]))
        {
            // The writer stands still, so that what the accounts send piles up, more than the queue takes.
            other.Execute("BEGIN IMMEDIATE");
            sent = load.SendAsync(1);
            await Eventually.TrueAsync(() => Task.FromResult(_logged.Count("buffer was full") > 0), TimeSpan.FromSeconds(60), "the queue is full");
        }

        var (status, unavailable) = await sent;
        Assert.Equal(503, status);
        Assert.True(unavailable > 0);
        Assert.InRange(_logged.Count(NotStored), 1, StopsMax);
        await load.StoreInSlicesAsync(1, slice: 10);
        await load.CheckAsync(rounds: 1);
    }

    [Fact]
    public async Task A_file_locked_for_longer_than_the_breaker_waits_makes_entries_unavailable_and_writing_goes_on_by_itself()
    {
        await using var host = await StartAsync(
            "--akka:persistence:journal:sql:circuit-breaker:call-timeout", "4s",
            "--akka:persistence:journal:sql:circuit-breaker:max-failures", "1",
            // Longer than the file's own patience, so that what waited behind the first transaction comes while it is open.
            "--akka:persistence:journal:sql:circuit-breaker:reset-timeout", "12s");
        var load = new AccountLoad(host, Accounts);
        await load.OpenAsync();
        await load.StoreAsync(1);
        var stoppedBefore = _logged.Count(NotStored); // a busy machine may be slower than the breaker allows, also without a lock
        int stopped;

        using (var other = SqliteFile.Open(_folder["ledger.db"]))
        {
            other.Execute("BEGIN IMMEDIATE");
            await Eventually.TrueAsync(
                async () =>
                {
                    var (status, unavailable) = await load.SendAsync(2);
                    Assert.Equal((503, Accounts), (status, unavailable));
                    return _logged.Count("Circuit Breaker is open") > 0;
                },
                TimeSpan.FromSeconds(60),
                "the breaker is open");
            stopped = _logged.Count(NotStored) - stoppedBefore;
        }

        Assert.InRange(stopped, 1, StopsMax);
        await load.StoreAsync(2);
        await load.CheckAsync(rounds: 2);
    }

    // The file's own patience is longer than the breaker's, so that the breaker is what gives up.
    private Task<InProcessHost> StartAsync(params string[] args) => InProcessHost.StartAsync(
        builder => builder.Logging.AddProvider(_logged),
        ["--Logging:Console:LogLevel:Default", "None", "--GpuCredit:Store", "sqlite", "--GpuCredit:ConnectionString", $"Data Source={_folder["ledger.db"]};Default Timeout=12", .. args]);
}
