using CreditActors.Ledger;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using Npgsql;
using Postgres;

namespace Host.Tests.EventStore;

/// <summary>Snapshots and events share the node's connections.</summary>
[Collection(SharedPostgres.Name)]
public sealed class PostgresSnapshotTableTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task While_no_snapshot_can_be_saved_events_are_stored_all_the_same()
    {
        const int Accounts = 3 * PostgresConnectionRules.PoolDefault;
        var (name, connectionString) = await postgres.CreateDatabaseAsync();
        await using var store = await EventStoreTarget.From(StoreKind.Postgres, connectionString, "/", shards: 100).OpenAsync();
        await using var system = await AccountSystem.StartAsync(store, "gpucredit.account.snapshot.cut-events = 2");
        for (var i = 0; i < Accounts; i++)
            Assert.Equal(OutcomeStatus.Recorded, (await system.Client.RecordAsync($"a{i}", new Credit("c", 5, 0, 9))).Status);

        // As ALTER TABLE and VACUUM FULL do.
        await using var operators = new NpgsqlConnection(postgres.Server.SuperuserConnectionString(name));
        await operators.OpenAsync();
        await using var transaction = await operators.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand("LOCK TABLE snapshot IN ACCESS EXCLUSIVE MODE", operators))
            await locking.ExecuteNonQueryAsync();

        // Each of them cuts a snapshot with this one, whose saving waits.
        for (var i = 0; i < Accounts; i++)
            Assert.Equal((i, OutcomeStatus.Recorded), (i, (await system.Client.RecordAsync($"a{i}", new Usage("u", 1, 1))).Status));
    }
}
