using System.Diagnostics;
using Akka.Actor;
using Akka.Hosting;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using GpuCredit.Host.EventStore;
using GpuCredit.Host.Hosting;
using LinqToDB;
using LinqToDB.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace StoreBench;

/// <summary>The same actors over the plugin as it comes, and as the Host wires it.</summary>
internal static class PluginRun
{
    public const string Plain = "Akka.Persistence.Sql as it comes, one entry a row";
    public const string Ours = "the Host's event store, one entry a row";

    // As it comes, on a file that is in WAL mode and with SQLite's default sync, which is FULL: everything else is the plugin's.
    public static async Task<Measured> PlainAsync(string folder, int accounts, int rows)
    {
        var path = Path.Combine(folder, "plain.db");
        var connectionString = $"Data Source={path}";
        await using (var first = new SqliteConnection(connectionString))
        {
            first.Open();
            await using var wal = first.CreateCommand();
            wal.CommandText = "PRAGMA journal_mode=WAL";
            wal.ExecuteNonQuery();
        }

        var commits = new Counter();
        var data = Counted(new DataOptions().UseConnectionString(ProviderName.SQLiteMS, connectionString), commits);
        try
        {
            return await RunAsync(Plain, accounts, rows, commits, akka => akka
                .AddSetup(new DataOptionsSetup(data))
                .AddHocon(
                    """
                    akka.persistence.journal { plugin = "akka.persistence.journal.sql", sql.provider-name = "SQLite.MS" }
                    akka.persistence.snapshot-store { plugin = "akka.persistence.snapshot-store.sql", sql.provider-name = "SQLite.MS" }
                    """,
                    HoconAddMode.Append)
                .AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            foreach (var file in Directory.GetFiles(folder, "plain.db*"))
                File.Delete(file);
        }
    }

    public static async Task<Measured> OursAsync(string folder, int accounts, int rows)
    {
        var ours = Path.Combine(folder, "ours");
        try
        {
            return await OursAsync(EventStoreTarget.From(StoreKind.Sqlite, "Data Source=ours/gpucredit.db", folder, shards: 100), accounts, rows);
        }
        finally
        {
            Directory.Delete(ours, recursive: true);
        }
    }

    public static async Task<Measured> OursAsync(EventStoreTarget target, int accounts, int rows)
    {
        await using var opened = await target.OpenAsync();
        var commits = new Counter();
        var store = opened.With(new CountedRows(opened.Rows, commits.Increment));
        return await RunAsync(Ours, accounts, rows, commits, akka => akka.WithEventStore(store));
    }

    /// <summary>As it comes, its own tables included.</summary>
    public static Task<Measured> PlainPostgresAsync(string connectionString, int accounts, int rows)
    {
        var commits = new Counter();
        var data = Counted(new DataOptions().UseConnectionString(ProviderName.PostgreSQL15, connectionString), commits);
        return RunAsync(Plain, accounts, rows, commits, akka => akka
            .AddSetup(new DataOptionsSetup(data))
            .AddHocon(
                """
                akka.persistence.journal { plugin = "akka.persistence.journal.sql", sql.provider-name = "PostgreSQL.15" }
                akka.persistence.snapshot-store { plugin = "akka.persistence.snapshot-store.sql", sql.provider-name = "PostgreSQL.15" }
                """,
                HoconAddMode.Append)
            .AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append));
    }

    private static async Task<Measured> RunAsync(string name, int accounts, int rows, Counter commits, Action<AkkaConfigurationBuilder> withStore)
    {
        using var host = new HostBuilder().ConfigureServices(services => services.AddAkka("bench", akka =>
        {
            withStore(akka);
            akka.WithCustomSerializer("entry", [typeof(EntryBytes)], system => new EntryBytesSerializer(system));
            akka.WithStrictSerialization();
            akka.AddHocon("akka { loglevel = WARNING, stdout-loglevel = OFF, coordinated-shutdown.exit-clr = off }", HoconAddMode.Prepend);
        })).Build();
        await host.StartAsync();

        var system = host.Services.GetRequiredService<ActorSystem>();
        var each = rows / accounts;
        var latencies = new TimeSpan[each * accounts];
        var actors = Enumerable.Range(0, accounts)
            .Select(i => system.ActorOf(Props.Create(() => new Storing($"account-{i}", each, latencies, i * each))))
            .ToArray();
        await Task.WhenAll(actors.Select(actor => actor.Ask<string>("awake?", TimeSpan.FromMinutes(2))));
        commits.Take();

        var span = Span.Begin();
        await Task.WhenAll(actors.Select(actor => actor.Ask<string>("go", TimeSpan.FromMinutes(10))));
        var (elapsed, cpu) = span.End();
        var counted = commits.Take();
        await host.StopAsync();
        return new Measured(name, each * accounts, each * accounts, counted, elapsed, cpu, latencies);
    }

    private static DataOptions Counted(DataOptions data, Counter commits) => data.UseTracing(TraceLevel.Info, trace =>
    {
        if (trace is { Operation: TraceOperation.CommitTransaction, TraceInfoStep: TraceInfoStep.AfterExecute })
            commits.Increment();
    });

    private sealed class Counter
    {
        private int _count;

        public void Increment() => Interlocked.Increment(ref _count);

        public int Take() => Interlocked.Exchange(ref _count, 0);
    }
}
