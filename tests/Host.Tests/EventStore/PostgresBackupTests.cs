using System.Globalization;
using Host.Tests.Running;
using Npgsql;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>Backing up and restoring as docs/operations.md says.</summary>
[Collection(SharedPostgres.Name)]
public sealed class PostgresBackupTests(PostgresFixture postgres)
{
    private const int Accounts = 20;
    private const int Instants = 60;

    [PostgresFact]
    public async Task A_dump_that_is_restored_elsewhere_gives_the_same_balances()
    {
        var (_, original) = await postgres.CreateDatabaseAsync();
        var (_, restored) = await postgres.CreateDatabaseAsync();
        using var folder = new TemporaryFolder();
        await PostgresBinaries.GiveAsync(folder.Path);
        List<string> before;
        await using (var host = await StartAsync(original))
        {
            var random = new Random(3);
            var entries = Enumerable.Range(0, 2_000).Select(i => i % 20 == 0
                ? $$"""{"accountId":"account-{{random.Next(Accounts)}}","creditId":"c{{i}}","amount":{{random.Next(1, 500)}},"timestamp":{{random.Next(Instants)}},"expiration":{{random.Next(Instants)}}}"""
                : $$"""{"accountId":"account-{{random.Next(Accounts)}}","usageId":"u{{i}}","amount":{{random.Next(1, 20)}},"timestamp":{{random.Next(Instants)}}}""");
            foreach (var batch in entries.Chunk(100))
                Assert.Equal(200, (await host.PostJsonAsync("/v1/entries", $"[{string.Join(',', batch)}]")).Status);

            // While the node works, as in production.
            await RunAsync("pg_dump", original, "--format=custom", $"--file={folder["gpucredit.dump"]}");
            before = await BalancesAsync(host);
        }

        await RunAsync("pg_restore", restored, $"--dbname={new NpgsqlConnectionStringBuilder(restored).Database}", "--no-owner", folder["gpucredit.dump"]);
        await using (var host = await StartAsync(restored))
            Assert.Equal(before, await BalancesAsync(host));
    }

    private static Task<InProcessHost> StartAsync(string connectionString) =>
        InProcessHost.StartAsync("--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString);

    private static async Task<List<string>> BalancesAsync(InProcessHost host)
    {
        var balances = new List<string>();
        for (var account = 0; account < Accounts; account++)
        {
            for (var at = 0; at <= 2 * Instants; at += 5)
                balances.Add(await host.Client.GetStringAsync($"/v1/accounts/account-{account}/balance?at={at}"));
        }

        return balances;
    }

    /// <summary>One of PostgreSQL's programs, as the operator at a shell.</summary>
    private static async Task RunAsync(string program, string connectionString, params string[] arguments)
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        string[] server = [$"--host={to.Host}", string.Create(CultureInfo.InvariantCulture, $"--port={to.Port}"), $"--username={to.Username}"];
        string[] database = program == "pg_dump" ? [to.Database!] : [];
        await PostgresBinaries.RunAsync("env", [$"PGPASSWORD={to.Password}", Path.Combine(PostgresBinaries.Folder!, program), .. server, .. arguments, .. database]);
    }
}
