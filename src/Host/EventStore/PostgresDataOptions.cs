using LinqToDB;

namespace GpuCredit.Host.EventStore;

/// <summary>How Akka.Persistence.Sql, over linq2db, opens a PostgreSQL store.</summary>
internal static class PostgresDataOptions
{
    /// <summary>Also in store-postgres.conf, from where the plugin reads which statements it may use. Every server from 13 on understands them.</summary>
    public const string Provider = ProviderName.PostgreSQL15;

    public static DataOptions For(string connectionString) => new DataOptions().UseConnectionString(Provider, connectionString);
}
