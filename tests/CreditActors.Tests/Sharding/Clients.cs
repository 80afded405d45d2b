using Akka.Actor;
using CreditActors.Accounts;
using CreditActors.Sharding;

namespace CreditActors.Tests.Sharding;

/// <summary>Clients of accounts that stand alone: their region is whoever they are given.</summary>
internal static class Clients
{
    /// <param name="region">Where messages go.</param>
    /// <param name="settings">When they are sent, and how often.</param>
    /// <param name="time">Measures that.</param>
    /// <param name="life">Of the node; null: it is a member, and nothing ends.</param>
    /// <param name="metrics">Null: nobody counts.</param>
    /// <param name="residents">Who can be told straight; null: nobody.</param>
    public static AccountClient Of(
        IActorRef region, AccountClientSettings settings, TimeProvider time, NodeLife? life = null, AccountMetrics? metrics = null, ResidentAccounts? residents = null) =>
        new(new LostMessageTests.KnownRegion(region), settings, time, life ?? LostMessageTests.Member, metrics ?? AccountMetrics.From(null), residents ?? new ResidentAccounts(1 << 20));
}
