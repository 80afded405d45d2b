using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using CreditActors.Sharding;
using GpuCredit.Host.EventStore;

namespace GpuCredit.Host.Hosting;

/// <summary>The actor system: this node's part of the cluster, the accounts on it, and the event store under them.</summary>
internal static class Accounts
{
    public const string SystemName = "gpucredit";

    public static void AddAccounts(this WebApplicationBuilder builder, HostSettings settings, OpenedEventStore store)
    {
        builder.Services.AddAccountClient();
        builder.Services.AddAkka(SystemName, akka =>
        {
            // What stands first wins: the store's files, ours, the reference. HOCON goes before every With…
            akka.WithEventStore(store).AddHoconFiles("cluster.conf", "akka.conf", "reference.conf");
            akka.ConfigureLoggers(loggers =>
            {
                // Below this Akka says nothing at all; otherwise its last words, once the log is closed, go to the console in
                // a shape of their own. AKKA__LOGLEVEL=INFO, with Logging__LogLevel__Akka, shows more.
                loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            });
            akka.WithRemoting(Remoting(settings.Cluster)).WithClustering(Clustering(settings.Cluster)).WithAccounts(settings.Cluster.Shards);
            if (settings.Cluster.Seeds.IsEmpty)
                akka.AddStartup((system, _) => JoinItself(system));

            // An operator's last word, from the configuration's section "akka" (AKKA__CLUSTER__…).
            var operators = builder.Configuration.GetSection("akka");
            if (operators.Exists())
                akka.AddHocon(operators, HoconAddMode.Prepend);
        });
    }

    private static RemoteOptions Remoting(ClusterSettings cluster) => new()
    {
        HostName = cluster.Bind.Host,
        Port = cluster.Bind.Port,
        PublicHostName = cluster.Address.Host,
        PublicPort = cluster.Address.Port,
    };

    private static ClusterOptions Clustering(ClusterSettings cluster) => new()
    {
        Roles = [.. cluster.Roles],
        SeedNodes = [.. cluster.Seeds.Select(seed => string.Create(CultureInfo.InvariantCulture, $"akka.tcp://{SystemName}@{seed.Host}:{seed.Port}"))],
    };

    private static void JoinItself(ActorSystem system)
    {
        var cluster = Cluster.Get(system);
        cluster.Join(cluster.SelfAddress);
    }
}
