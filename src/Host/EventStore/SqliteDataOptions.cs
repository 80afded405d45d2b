using LinqToDB;

namespace GpuCredit.Host.EventStore;

/// <summary>How Akka.Persistence.Sql, over linq2db, opens a SQLite store.</summary>
internal static class SqliteDataOptions
{
    public static DataOptions For(string connectionString) => new DataOptions()
        // Not UseSQLite(connectionString): it leaves the provider's name empty, and the plugin fails on that for ever.
        .UseConnectionString(ProviderName.SQLiteMS, connectionString)
        .UseAfterConnectionOpened(
            SqlitePragmas.Apply,
            (connection, _) =>
            {
                SqlitePragmas.Apply(connection);
                return Task.CompletedTask;
            });
}
