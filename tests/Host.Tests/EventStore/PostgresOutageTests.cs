using System.Net;
using Host.Tests.Running;
using Microsoft.Extensions.Logging;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>A PostgreSQL that goes and comes back needs no hand, and takes few accounts with it.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime, IDisposable
{
    private const int Accounts = 2_000;
    private const string Database = "books";

    /// <summary>gpucredit.account.write-gate.writes-max: those that had a write under way.</summary>
    private const int WritesMax = 512;

    /// <summary>Writes that tried whether the server was back.</summary>
    private const int TriesMax = 40;

    private const string NotStored = "was not stored";

    private readonly LoggedLines _logged = new();
    private PostgresServer _server = null!;

    public async Task InitializeAsync()
    {
        if (PostgresFactAttribute.WhySkipped is null)
            _server = await PostgresServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    public void Dispose() => _logged.Dispose();

    [PostgresFact]
    public async Task While_a_crashed_server_is_away_entries_are_unavailable_few_accounts_stop_and_all_goes_on_by_itself()
    {
        await using var host = await StartAsync();
        var load = new AccountLoad(host, Accounts);
        await load.OpenAsync();
        await load.StoreAsync(1);

        var underWay = load.SendAsync(2);
        await _server.StopAsync(PostgresStop.Immediate);
        await underWay;
        for (var n = 0; n < 10; n++)
            Assert.Equal((503, Accounts), await load.SendAsync(3));
        using (var ready = await host.Client.GetAsync("/healthz/ready"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.InRange(_logged.Count(NotStored), 1, WritesMax + TriesMax);

        await _server.StartAgainAsync();
        await load.StoreAsync(2);
        await load.StoreAsync(3);
        await load.CheckAsync(rounds: 3);
        Assert.InRange(_logged.Count(NotStored), 1, WritesMax + TriesMax);
        await AssertHistoriesAsync();
    }

    [PostgresFact]
    public async Task Connections_that_are_cut_under_load_cost_nothing_that_was_stored_and_all_goes_on_by_itself()
    {
        await using var host = await StartAsync();
        var load = new AccountLoad(host, Accounts);
        await load.OpenAsync();

        const int Rounds = 3;
        for (var round = 1; round <= Rounds; round++)
        {
            var underWay = load.SendAsync(round);
            var cut = 0;
            for (var n = 0; n < 20 && !underWay.IsCompleted; n++)
                cut += await _server.TerminateConnectionsAsync(Database);
            await underWay;
            Assert.True(cut > 0);
            await load.StoreAsync(round);
        }

        await load.CheckAsync(Rounds);
        await AssertHistoriesAsync();
    }

    [PostgresFact]
    public async Task While_the_server_hangs_entries_are_unavailable_in_time_and_all_goes_on_by_itself()
    {
        await using var host = await StartAsync();
        var load = new AccountLoad(host, Accounts);
        await load.OpenAsync();

        _server.Pause();
        var (status, unavailable) = await load.SendAsync(1);
        Assert.Equal(503, status);
        Assert.True(unavailable > 0);
        using (var ready = await host.Client.GetAsync("/healthz/ready"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        _server.Resume();

        await load.StoreAsync(1);
        await load.CheckAsync(rounds: 1);
        Assert.InRange(_logged.Count(NotStored), 0, WritesMax + TriesMax);
        await AssertHistoriesAsync();
    }

    [PostgresFact]
    public async Task Two_live_copies_of_an_account_cant_fork_its_history()
    {
        // Two clusters over one database: each believes the account to be its own, as after a split that nobody resolved.
        await using var one = await StartAsync();
        // Neither finds the other on the roll.
        await using var other = await StartAsync(await _server.WithOwnTableAsync(Database, "gpucredit_member"));
        const string Credit = """{"creditId":"c","amount":100,"timestamp":1,"expiration":100}""";
        Assert.Equal(201, (await one.PostJsonAsync("/v1/accounts/a/credits", Credit)).Status);
        Assert.Equal(1, (long)(await other.GetJsonAsync("/v1/accounts/a/balance?at=50")).Body["version"]!);

        // By turns: whoever wrote last is ahead, and the other finds out at its own write.
        for (var n = 1; n <= 6; n++)
        {
            var host = n % 2 == 0 ? one : other;
            var usage = $$"""{"usageId":"u{{n}}","amount":1,"timestamp":10}""";
            await Eventually.TrueAsync(async () => (await host.PostJsonAsync("/v1/accounts/a/usages", usage)).Status is 200 or 201, TimeSpan.FromSeconds(60), $"usage {n} is stored");
            var (_, balance) = await host.GetJsonAsync("/v1/accounts/a/balance?at=50");
            Assert.Equal((100 - n, n + 1), ((long)balance["balance"]!, (long)balance["version"]!));
        }

        Assert.True(_logged.Count("duplicate key value violates unique constraint \"uq_journal\"") > 0);
        await AssertHistoriesAsync();
    }


    /// <param name="connectionString">Of the test's database, which is made when there is none.</param>
    private async Task<InProcessHost> StartAsync(string? connectionString = null) => await InProcessHost.StartAsync(
        builder => builder.Logging.AddProvider(_logged),
        ["--Logging:Console:LogLevel:Default", "None", "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString ?? await _server.CreateDatabaseAsync(Database)]);

    /// <summary>Every account's rows are numbered from 1 without a gap.</summary>
    private async Task AssertHistoriesAsync() => Assert.Equal(
        0L, await _server.AskAsync(Database, "SELECT count(*) FROM (SELECT 1 FROM journal GROUP BY persistence_id HAVING max(sequence_number) <> count(*) OR min(sequence_number) <> 1) gaps"));
}
