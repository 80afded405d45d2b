using System.Diagnostics.Metrics;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using CreditActors.Accounts;
using CreditActors.Protocol;
using CreditActors.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace CreditActors.Sharding;

/// <summary>Puts the accounts into an actor system, and the door to them into a host's services.</summary>
public static class AccountHosting
{
    /// <summary>The role of the nodes that hold accounts; the others only forward.</summary>
    public const string Role = "account";

    /// <summary>
    /// The shard region of the accounts, their serializer and the defaults of their settings. Remoting, the cluster and the
    /// stores are the host's. Call it after adding the host's own HOCON.
    /// </summary>
    /// <param name="builder">The actor system's.</param>
    /// <param name="shards">Into how many parts the accounts are split; the same at every node, for ever.</param>
    /// <param name="resident">How much memory this node's accounts may take together; null: as the settings say.</param>
    public static AkkaConfigurationBuilder WithAccounts(this AkkaConfigurationBuilder builder, int shards, ResidentBudget? resident = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shards);
        if (resident is { Bytes: var bytes })
            builder.AddHocon(string.Create(CultureInfo.InvariantCulture, $"gpucredit.account.resident-bytes = {bytes}"), HoconAddMode.Prepend);
        return builder
            .AddHocon(AccountSettings.Reference, HoconAddMode.Append)
            .WithAccountSerializer()
            .WithActors((system, _) =>
            {
                // Until the keeper runs nothing is answered; nor if it should not.
                MembershipLeaseProvider.Instance.Apply(system).Lose();
                system.ActorOf(LeaseKeeper.Props(TimeProvider.System, LeaseKeeper.LengthOf(Akka.Cluster.Cluster.Get(system))), LeaseKeeper.Name);
            })
            .WithShardRegion<AccountRegion>(
                AccountRouting.RegionName,
                (system, _, resolver) =>
                {
                    var settings = AccountSettings.From(system.Settings.Config);
                    var clock = resolver.GetService<TimeProvider>() ?? TimeProvider.System;
                    var node = AccountNode.Of(system, settings, StoreGatesProvider.Instance.Apply(system), clock);
                    return accountId => node.Gates.Recoveries.IsShut
                        ? RefusingAccount.Props(accountId, settings, node.Gates.Recoveries)
                        : AccountActor.Props(accountId, node);
                },
                AccountRouting.Extractor(shards),
                new ShardOptions
                {
                    Role = Role,
                    StateStoreMode = StateStoreMode.DData,
                    // Any message wakes an account; remembering millions of them would only cost.
                    RememberEntities = false,
                    // Never: the shard doesn't see all that reaches an account. ResidentAccounts does.
                    PassivateIdleEntityAfter = TimeSpan.Zero,
                    HandOffStopMessage = StopAccount.Instance,
                });
    }

    /// <summary>The <see cref="AccountClient"/> of this host, for the actor system that has <see cref="WithAccounts"/>.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="joinWithin">
    /// For so long a call waits for this node to become a member of its cluster: long where the node is alone, short where the
    /// caller has other nodes to turn to.
    /// </param>
    public static IServiceCollection AddAccountClient(this IServiceCollection services, TimeSpan joinWithin) =>
        services.AddSingleton(provider =>
        {
            var system = provider.GetRequiredService<ActorSystem>();
            var metrics = AccountMetrics.From(provider.GetService<IMeterFactory>());
            metrics.Watch(StoreGatesProvider.Instance.Apply(system));
            var residents = ResidentAccountsProvider.Instance.Apply(system);
            metrics.Watch(residents);
            metrics.Watch(ClosingsProvider.Instance.Apply(system));
            return new AccountClient(
                provider.GetRequiredService<IRequiredActor<AccountRegion>>(),
                AccountClientSettings.From(system.Settings.Config),
                provider.GetService<TimeProvider>() ?? TimeProvider.System,
                NodeLife.Of(system, joinWithin),
                metrics,
                residents);
        });

    /// <summary>
    /// From now on this node's accounts answer no longer than until then, whatever the other nodes say; each call with a later
    /// time moves it on. For a host where another cluster may be founded over the same event store once this one is silent.
    /// </summary>
    /// <param name="system">The actor system that has <see cref="WithAccounts"/>.</param>
    /// <param name="until">A timestamp of <see cref="TimeProvider.System"/>.</param>
    public static void AnswerNoLongerThan(this ActorSystem system, long until) => MembershipLeaseProvider.Instance.Apply(system).Limit(until);

    /// <summary>From now on this node's accounts answer nothing more, whatever is said later: another cluster has them.</summary>
    public static void AnswerNoMore(this ActorSystem system) => MembershipLeaseProvider.Instance.Apply(system).Revoke();

    /// <summary>Whether this node has heard from a majority of its cluster lately; while it hasn't, its accounts answer "unavailable".</summary>
    public static bool IsInTouchWithCluster(this ActorSystem system) => MembershipLeaseProvider.Instance.Apply(system).IsGranted;

    /// <summary>Whether the time that <see cref="AnswerNoLongerThan"/> has set is still to come; if not, this node's accounts answer "unavailable".</summary>
    public static bool MayAnswerStill(this ActorSystem system) => MembershipLeaseProvider.Instance.Apply(system).IsWithinLimit;

    /// <summary>What holds the accounts at one node of the cluster, for questions about them as a whole; entries go by <see cref="AccountClient"/>.</summary>
    /// <param name="system">Of any node.</param>
    /// <param name="node">One with the role <see cref="Role"/>.</param>
    public static ActorSelection AccountsAt(this ActorSystem system, Address node)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.ActorSelection(new RootActorPath(node) / "system" / "sharding" / AccountRouting.RegionName);
    }

    /// <summary>Our serializer, and no other for what has none: nothing is written as JSON with CLR names by accident.</summary>
    internal static AkkaConfigurationBuilder WithAccountSerializer(this AkkaConfigurationBuilder builder) => builder
        .WithCustomSerializer("gpucredit", [typeof(IWireMessage)], system => new ProtobufSerializer(system))
        .WithStrictSerialization();
}
