using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>Of all that would found a cluster over one database, one does, and none beside a cluster that is alive.</summary>
[Collection(SharedPostgres.Name)]
public sealed class MemberRollTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task Of_many_that_would_found_a_cluster_at_once_one_does()
    {
        await using var store = await OpenAsync();
        var rolls = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var self = $"127.0.0.1:{i}";
            var seen = await store.Roll!.ReadAsync(self, CancellationToken.None);
            return await store.Roll.TryFoundAsync(self, seen, CancellationToken.None);
        }));
        Assert.Single(rolls, founded => founded);
    }

    [PostgresFact]
    public async Task Nobody_founds_when_a_member_has_signed_since_the_roll_was_read()
    {
        await using var store = await OpenAsync();
        await store.Roll!.EnterAsync("a:1", CancellationToken.None);
        var seen = await store.Roll.ReadAsync("b:1", CancellationToken.None);
        await store.Roll.SignAsync("a:1", CancellationToken.None);
        Assert.False(await store.Roll.TryFoundAsync("b:1", seen, CancellationToken.None));
        Assert.Equal(["a:1"], (await store.Roll.ReadAsync("nobody", CancellationToken.None)).Keys);
    }

    [PostgresFact]
    public async Task Who_founds_crosses_the_dead_off_and_signs()
    {
        await using var store = await OpenAsync();
        await store.Roll!.EnterAsync("dead:1", CancellationToken.None);
        await store.Roll.EnterAsync("b:1", CancellationToken.None);
        var seen = await store.Roll.ReadAsync("b:1", CancellationToken.None);
        Assert.Equal(["dead:1"], seen.Keys);
        Assert.True(await store.Roll.TryFoundAsync("b:1", seen, CancellationToken.None));
        Assert.Equal([KeyValuePair.Create("b:1", 2L)], await store.Roll.ReadAsync("nobody", CancellationToken.None));
    }

    [PostgresFact]
    public async Task Who_leaves_is_crossed_off_and_a_store_that_is_gone_keeps_nobody()
    {
        var store = await OpenAsync();
        await store.Roll!.EnterAsync("a:1", CancellationToken.None);
        await store.Roll.TryLeaveAsync("a:1");
        Assert.Empty(await store.Roll.ReadAsync("nobody", CancellationToken.None));
        await store.DisposeAsync();

        await new MemberRoll("Host=127.0.0.1;Port=1;Database=none").TryLeaveAsync("a:1");
    }

    [PostgresFact]
    public async Task Who_was_crossed_off_finds_it_out_at_the_next_signature()
    {
        await using var store = await OpenAsync();
        await store.Roll!.EnterAsync("paused:1", CancellationToken.None);
        Assert.True(await store.Roll.SignAsync("paused:1", CancellationToken.None));
        Assert.True(await store.Roll.TryFoundAsync("b:1", await store.Roll.ReadAsync("b:1", CancellationToken.None), CancellationToken.None));
        Assert.False(await store.Roll.SignAsync("paused:1", CancellationToken.None));
        Assert.Equal(["b:1"], (await store.Roll.ReadAsync("nobody", CancellationToken.None)).Keys);
    }

    private async Task<OpenedEventStore> OpenAsync()
    {
        var (_, connectionString) = await postgres.CreateDatabaseAsync();
        return await EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 100).OpenAsync();
    }
}
