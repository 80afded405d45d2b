using Host.Tests.EventStore;
using Host.Tests.Running;
using Npgsql;
using Postgres;

namespace Host.Tests.Hosting;

/// <summary>
/// A real Host, and others that sign the roll of members in its event store and never talk to it: the test signs for them. A server
/// of its own, since these tests mostly wait, and others shall not wait for them.
/// </summary>
public sealed class OtherSignersTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _signing = new();

    public void Dispose()
    {
        _signing.Dispose();
        _folder.Dispose();
    }

    [PostgresFact]
    public async Task A_node_that_is_not_let_in_while_others_sign_ends_to_be_started_anew_and_founds_nothing()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using (var maker = Start(connectionString))
        {
            await maker.ListeningAsync();
            maker.Signal("TERM");
            Assert.Equal(0, await maker.EndAsync());
        }

        var signing = SignAsync(connectionString, "127.0.0.1:1/7");
        await using var child = Start(connectionString);
        Assert.Equal(3, await child.EndAsync());
        Assert.Contains("isn't let in by 127.0.0.1:1/7", child.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("founds one", child.Output, StringComparison.Ordinal);
        await _signing.CancelAsync();
        await signing;
    }

    [PostgresFact]
    public async Task A_node_that_is_the_smaller_of_two_clusters_over_its_event_store_goes()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        await using var child = Start(connectionString);
        await child.ListeningAsync();
        await using var roll = new NpgsqlConnection(connectionString);
        await roll.OpenAsync();
        await Eventually.TrueAsync(
            async () => await new NpgsqlCommand("SELECT count(*) FROM gpucredit_member", roll).ExecuteScalarAsync() is 1L, Within, "it is a cluster of one");

        var signing = SignAsync(connectionString, "127.0.0.1:1/7", "127.0.0.1:2/8");
        Assert.Equal(3, await child.EndAsync());
        Assert.Matches(@"Another cluster lives over this event store \(127\.0\.0\.1:(1/7|2/8), 127\.0\.0\.1:(1/7|2/8)\)", child.Output);
        await _signing.CancelAsync();
        await signing;
    }

    private ChildProcess Start(string connectionString) => ChildProcess.Start(
        _folder.Path,
        "--urls", "http://127.0.0.1:0", "--GpuCredit:GrpcUrl", "http://127.0.0.1:0", "--GpuCredit:OpsUrl", "http://127.0.0.1:0",
        "--GpuCredit:Store", "postgres", "--GpuCredit:ConnectionString", connectionString);

    /// <summary>As members do it, once a second, until told to stop.</summary>
    private async Task SignAsync(string connectionString, params string[] names)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        while (!_signing.IsCancellationRequested)
        {
            foreach (var name in names)
            {
                await using var sign = new NpgsqlCommand("INSERT INTO gpucredit_member VALUES ($1, 1) ON CONFLICT (address) DO UPDATE SET signatures = gpucredit_member.signatures + 1", connection);
                sign.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
                await sign.ExecuteNonQueryAsync();
            }

            await Task.Delay(TimeSpan.FromSeconds(1), _signing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
