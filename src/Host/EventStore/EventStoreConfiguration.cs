using Akka.Hosting;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using GpuCredit.Host.EventStore.Rows;
using GpuCredit.Host.Hosting;

namespace GpuCredit.Host.EventStore;

internal static class EventStoreConfiguration
{
    private const string JournalPlugin = "akka.persistence.journal.sql";
    private const string SnapshotPlugin = "akka.persistence.snapshot-store.sql";

    /// <summary>
    /// Stores events and snapshots in <paramref name="store"/>. Call it before any With… of Akka.Hosting: HOCON that is
    /// appended after them is ignored without a word.
    /// </summary>
    /// <remarks>
    /// The connection goes in as linq2db's options and never through HOCON, so that no dump of the configuration shows a
    /// password; everything that is a setting stands in the store's file in hocon/, and nowhere else.
    /// </remarks>
    public static AkkaConfigurationBuilder WithEventStore(this AkkaConfigurationBuilder akka, OpenedEventStore store)
    {
        var connections = new MultiDataOptionsSetup();
        connections.AddDataOptions(JournalPlugin, store.Data);
        connections.AddDataOptions(SnapshotPlugin, store.Data);
        return akka
            .AddSetup(connections)
            .AddSetup(new EventRowsSetup(store.Rows, store.Threads))
            .AddHoconFiles(store.HoconFiles.AsSpan())
            .AddHocon(SqlPersistence.DefaultConfiguration, HoconAddMode.Append);
    }
}
