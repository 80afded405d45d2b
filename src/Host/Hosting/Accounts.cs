using System.Globalization;
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

    /// <summary>The first requests after the start wait for their answer; there is no other node.</summary>
    private static readonly TimeSpan JoinWithinAlone = TimeSpan.FromSeconds(10);

    /// <summary>There are others: 503 is soon enough said.</summary>
    private static readonly TimeSpan JoinWithinMany = TimeSpan.FromMilliseconds(300);

    public static void AddAccounts(this WebApplicationBuilder builder, HostSettings settings, OpenedEventStore store)
    {
        builder.Services.AddSingleton(settings.Cluster).AddAccountClient(settings.Cluster.IsAlone ? JoinWithinAlone : JoinWithinMany);
        builder.Services.AddAkka(SystemName, akka =>
        {
            // What stands first wins: the store's files, ours, the reference. HOCON goes before every With…
            akka.WithEventStore(store).AddHoconFiles("cluster.conf", "akka.conf", "reference.conf");
            if (settings.Horizon is { } horizon)
                akka.AddHocon(string.Create(CultureInfo.InvariantCulture, $"gpucredit.account.horizon = {horizon}"), HoconAddMode.Prepend);
            akka.ConfigureLoggers(loggers =>
            {
                // Below this Akka says nothing at all; otherwise its last words, once the log is closed, go to the console in
                // a shape of their own. AKKA__LOGLEVEL=INFO, with Logging__LogLevel__Akka, shows more.
                loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
                loggers.ClearLoggers();
                loggers.AddLoggerFactory();
            });
            akka.WithRemoting(Remoting(settings.Cluster))
                .WithClustering(new ClusterOptions { Roles = [.. settings.Cluster.Roles] })
                .WithAccounts(settings.Cluster.Shards, settings.Resident);

            // An operator's last word, from the configuration's section "akka" (AKKA__CLUSTER__…).
            var operators = builder.Configuration.GetSection("akka");
            if (operators.Exists())
                akka.AddHocon(operators, HoconAddMode.Prepend);
        });
        // After the actor system: it is started later, and stopped before.
        builder.Services.AddSingleton(store).AddSingleton<HostEnd>().AddHostedService<ClusterEntry>();
    }

    private static RemoteOptions Remoting(ClusterSettings cluster) => new()
    {
        HostName = cluster.Bind.Host,
        Port = cluster.Bind.Port,
        PublicHostName = cluster.Address.Host,
        PublicPort = cluster.Address.Port,
        EnableSsl = cluster.Tls is not null,
        Ssl = cluster.Tls?.ToSslOptions() ?? new SslOptions(),
    };
}
