using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Host.Tests.Running;
using Npgsql;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>Of all that would found a cluster over one database, one does, and none beside a cluster that is alive.</summary>
[Collection(SharedPostgres.Name)]
public sealed class MemberRollTests(PostgresFixture postgres)
{
    private static readonly Incarnation A = Node("a", 1);
    private static readonly Incarnation B = Node("b", 2);
    private static readonly Incarnation Nobody = Node("nobody", 3);

    private const int Founders = 3;

    /// <summary>Less than the roll's own.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private string _connectionString = "";

    [PostgresFact]
    public async Task Of_many_that_would_found_a_cluster_at_once_one_does()
    {
        await using var store = await OpenAsync();
        // Each with a connection of its own, and all with the same empty roll before their eyes.
        var rolls = Enumerable.Range(0, Founders).Select(i => new MemberRoll(new NpgsqlConnectionStringBuilder(_connectionString) { Options = $"-c extra_float_digits={i}" }.ConnectionString)).ToList();
        var seen = new List<IReadOnlyDictionary<string, long>>();
        for (var i = 0; i < Founders; i++)
            seen.Add(await rolls[i].ReadAsync(Node("a", i), CancellationToken.None));
        await using NpgsqlConnection connection = new(_connectionString), look = new(_connectionString);
        await connection.OpenAsync();
        await look.OpenAsync();
        await using var holding = await connection.BeginTransactionAsync();
        await new NpgsqlCommand("LOCK TABLE gpucredit_member IN ROW EXCLUSIVE MODE", connection).ExecuteNonQueryAsync();
        var founders = rolls.Select((roll, i) => roll.TryFoundAsync(Node("a", i), seen[i], CancellationToken.None)).ToList();
        await Eventually.TrueAsync(async () => await WaitingAsync(look) == Founders, Patience, "all wait for the table");
        await holding.RollbackAsync();
        Assert.Single(await Task.WhenAll(founders), founded => founded);
    }

    [PostgresFact]
    public async Task Nobody_founds_when_a_member_has_signed_since_the_roll_was_read()
    {
        await using var store = await FoundedByAsync(A);
        var seen = await store.Roll!.ReadAsync(B, CancellationToken.None);
        await store.Roll.SignAsync(A, CancellationToken.None);
        Assert.False(await store.Roll.TryFoundAsync(B, seen, CancellationToken.None));
        Assert.Equal([$"{A}"], (await store.Roll.ReadAsync(Nobody, CancellationToken.None)).Keys);
    }

    [PostgresFact]
    public async Task Who_founds_crosses_the_dead_off_and_signs()
    {
        await using var store = await FoundedByAsync(A);
        Assert.True(await store.Roll!.EnterAsync(B, [A], CancellationToken.None));
        var seen = await store.Roll.ReadAsync(B, CancellationToken.None);
        Assert.Equal([$"{A}"], seen.Keys);
        Assert.True(await store.Roll.TryFoundAsync(B, seen, CancellationToken.None));
        Assert.Equal([KeyValuePair.Create($"{B}", 2L)], await store.Roll.ReadAsync(Nobody, CancellationToken.None));
    }

    [PostgresFact]
    public async Task Who_leaves_is_crossed_off_and_a_store_that_is_gone_keeps_nobody()
    {
        var store = await FoundedByAsync(A);
        await store.Roll!.TryLeaveAsync(A);
        Assert.Empty(await store.Roll.ReadAsync(Nobody, CancellationToken.None));
        await store.DisposeAsync();

        await new MemberRoll("Host=127.0.0.1;Port=1;Database=none").TryLeaveAsync(A);
    }

    [PostgresFact]
    public async Task Who_was_crossed_off_finds_it_out_at_the_next_signature()
    {
        await using var store = await FoundedByAsync(A);
        Assert.Empty((await store.Roll!.SignAsync(A, CancellationToken.None))!);
        Assert.True(await store.Roll.TryFoundAsync(B, await store.Roll.ReadAsync(B, CancellationToken.None), CancellationToken.None));
        Assert.Null(await store.Roll.SignAsync(A, CancellationToken.None));
        Assert.Equal([$"{B}"], (await store.Roll.ReadAsync(Nobody, CancellationToken.None)).Keys);
    }

    [PostgresFact]
    public async Task Who_was_let_in_by_a_cluster_that_is_crossed_off_does_not_enter()
    {
        await using var store = await FoundedByAsync(A);
        Assert.True(await store.Roll!.TryFoundAsync(B, await store.Roll.ReadAsync(B, CancellationToken.None), CancellationToken.None));
        Assert.False(await store.Roll.EnterAsync(Nobody, [A], CancellationToken.None));
        Assert.Equal([$"{B}"], (await store.Roll.ReadAsync(Nobody, CancellationToken.None)).Keys);
    }

    [PostgresFact]
    public async Task A_node_that_is_started_again_is_another_member_and_crosses_its_former_self_off()
    {
        await using var store = await FoundedByAsync(B);
        var (former, now, neighbour) = (Node("a", 1), Node("a", 2), Node("aa", 1));
        foreach (var one in (Incarnation[])[former, neighbour])
            Assert.True(await store.Roll!.EnterAsync(one, [B], CancellationToken.None));
        Assert.True(await store.Roll!.EnterAsync(now, [B], CancellationToken.None));
        Assert.Equal([$"{now}", $"{neighbour}", $"{B}"], (await store.Roll.ReadAsync(Nobody, CancellationToken.None)).Keys.Order(StringComparer.Ordinal));

        Assert.Null(await store.Roll.SignAsync(former, CancellationToken.None));
        await store.Roll.TryLeaveAsync(former);
        Assert.Equal([$"{neighbour}", $"{B}"], (await store.Roll.SignAsync(now, CancellationToken.None))!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2, (await store.Roll.ReadAsync(Nobody, CancellationToken.None))[$"{now}"]);
    }

    [PostgresFact]
    public async Task A_first_signature_amid_a_founding_waits_for_it_and_finds_its_cluster_crossed_off()
    {
        await using var store = await FoundedByAsync(A);
        var seen = await store.Roll!.ReadAsync(B, CancellationToken.None);
        await using NpgsqlConnection connection = new(_connectionString), look = new(_connectionString);
        await connection.OpenAsync();
        await look.OpenAsync();
        await using var holding = await connection.BeginTransactionAsync();
        await new NpgsqlCommand($"SELECT FROM gpucredit_member WHERE address = '{A}' FOR UPDATE", connection).ExecuteNonQueryAsync();
        // Having read the roll, it can't cross A off yet.
        var founds = store.Roll.TryFoundAsync(B, seen, CancellationToken.None);
        await Eventually.TrueAsync(async () => await WaitingAsync(look) == 1, Patience, "the founding waits");
        var enters = new MemberRoll(_connectionString).EnterAsync(Nobody, [A], CancellationToken.None);
        await Eventually.TrueAsync(async () => enters.IsCompleted || await WaitingAsync(look) == 2, Patience, "the first signature waits");
        await holding.RollbackAsync();

        Assert.True(await founds);
        Assert.False(await enters);
        Assert.Equal([$"{B}"], (await store.Roll.ReadAsync(Nobody, CancellationToken.None)).Keys);
    }

    private static async Task<long> WaitingAsync(NpgsqlConnection connection) =>
        (long)(await new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection).ExecuteScalarAsync())!;

    private static Incarnation Node(string host, int number) => new(new HostPort(host, 1), number);

    private async Task<OpenedEventStore> FoundedByAsync(Incarnation first)
    {
        var store = await OpenAsync();
        Assert.True(await store.Roll!.TryFoundAsync(first, await store.Roll.ReadAsync(first, CancellationToken.None), CancellationToken.None));
        return store;
    }

    private async Task<OpenedEventStore> OpenAsync()
    {
        (_, _connectionString) = await postgres.CreateDatabaseAsync();
        return await EventStoreTarget.From(StoreKind.Postgres, _connectionString, "/", shards: 100).OpenAsync();
    }
}
