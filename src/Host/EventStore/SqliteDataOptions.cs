using LinqToDB;

namespace GpuCredit.Host.EventStore;

/// <summary>How Akka.Persistence.Sql, over linq2db, opens a SQLite store.</summary>
internal static class SqliteDataOptions
{
    public static DataOptions For(string connectionString) => new DataOptions()
        // Not UseSQLite(connectionString): it leaves the provider's name empty, and the plugin fails on that for ever.
        .UseConnectionString(ProviderName.SQLiteMS, connectionString)
        // Microsoft.Data.Sqlite's async calls are synchronous: without the yield a long read would hold the journal's actor, and
        // with it the writes of all other accounts.
        .UseBeforeConnectionOpened(_ => { }, async (_, _) => await Task.Yield())
        .UseAfterConnectionOpened(
            SqlitePragmas.Apply,
            (connection, _) =>
            {
                SqlitePragmas.Apply(connection);
                return Task.CompletedTask;
            });
}
