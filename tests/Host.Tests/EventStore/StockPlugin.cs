using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using LinqToDB;

namespace Host.Tests.EventStore;

/// <summary>The plugin with its own defaults, automatic tables included.</summary>
internal static class StockPlugin
{
    /// <summary>Stores an event and a snapshot, and answers what was known before the snapshot.</summary>
    public static async Task<object[]> UseAsync(string provider, string connectionString)
    {
        var config = ConfigurationFactory.ParseString(
            $$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.actor.serializers.note = "{{typeof(NoteSerializer).AssemblyQualifiedName}}"
            akka.actor.serialization-bindings."{{typeof(Note).AssemblyQualifiedName}}" = note
            akka.persistence.journal { plugin = "akka.persistence.journal.sql", sql.provider-name = "{{provider}}" }
            akka.persistence.snapshot-store { plugin = "akka.persistence.snapshot-store.sql", sql.provider-name = "{{provider}}" }
            """).WithFallback(SqlPersistence.DefaultConfiguration);
        var connection = new DataOptionsSetup(new DataOptions().UseConnectionString(provider, connectionString));
        var system = ActorSystem.Create("stock", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), connection));
        try
        {
            var writer = system.ActorOf(Props.Create(() => new Writer("a")));
            var limit = TimeSpan.FromSeconds(20);
            await writer.Ask<Writer.Stored>(new Note("one"), limit);
            var known = await writer.Ask<Writer.Known>(new Writer.AskKnown(), limit);
            await writer.Ask<Akka.Persistence.SaveSnapshotSuccess>(new Writer.SaveSnapshotNow(), limit);
            return [.. known.Events];
        }
        finally
        {
            await system.Terminate();
        }
    }
}
