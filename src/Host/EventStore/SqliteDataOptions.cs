using LinqToDB;

namespace GpuCredit.Host.EventStore;

/// <summary>How Akka.Persistence.Sql, over linq2db, opens a SQLite store.</summary>
internal static class SqliteDataOptions
{
    public static DataOptions For(string connectionString) => new DataOptions()
        // Not UseSQLite(connectionString): it leaves the provider's name empty, and the plugin fails on that for ever.
        .UseConnectionString(ProviderName.SQLiteMS, connectionString)
        // Group commit across accounts. Microsoft.Data.Sqlite's async calls are synchronous, so a write would be over
        // before the call that queues it returns, nothing would ever gather behind it, and every row would pay its own
        // sync. The yield gives the queueing thread back, and what arrives during one transaction is written by the next.
        // EventStoreGroupCommitTests counts rows for each transaction, here and without the yield.
        .UseBeforeConnectionOpened(_ => { }, async (_, _) => await Task.Yield())
        .UseAfterConnectionOpened(
            SqlitePragmas.Apply,
            (connection, _) =>
            {
                SqlitePragmas.Apply(connection);
                return Task.CompletedTask;
            });
}
