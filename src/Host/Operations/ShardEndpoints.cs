using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using CreditActors.Sharding;
using GpuCredit.Host.Http;
using ClusterSettings = GpuCredit.Host.Hosting.ClusterSettings;

namespace GpuCredit.Host.Operations;

/// <summary>
/// <c>/ops/shards</c>: where the accounts are. Every node is asked by itself, so one that is dying costs a few seconds and its own line; Akka's
/// question to all of them (<c>GetClusterShardingStats</c>) is answered with nothing at all as soon as one is silent.
/// </summary>
internal static class ShardEndpoints
{
    /// <summary>Longer than a node waits for its shards (Akka's shard-region-query-timeout, 3 s).</summary>
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(4);

    public static void MapShards(this IEndpointRouteBuilder routes) =>
        routes.MapGet($"{OpsDoor.OpsPrefix}/shards", GetAsync).ExcludeFromDescription();

    private static async Task<IResult> GetAsync(ActorSystem system, ClusterSettings settings, CancellationToken cancellation)
    {
        var nodes = Cluster.Get(system).State.Members
            .Where(member => member.HasRole(AccountHosting.Role) && member.Status is MemberStatus.Up or MemberStatus.Leaving or MemberStatus.Exiting)
            .Select(member => AskAsync(system, member.Address, cancellation));
        return JsonAnswer.Of(
            new ShardsAnswer(settings.Shards, [.. (await Task.WhenAll(nodes)).OrderBy(node => node.Address, StringComparer.Ordinal)]),
            ApiJson.Plain.ShardsAnswer);
    }

    private static async Task<NodeShardsAnswer> AskAsync(ActorSystem system, Address node, CancellationToken cancellation)
    {
        ShardRegionStats? stats;
        try
        {
            stats = await system.AccountsAt(node).Ask<ShardRegionStats>(GetShardRegionStats.Instance, AnswersWithin, cancellation);
        }
        catch (AskTimeoutException)
        {
            stats = null;
        }

        var accounts = new SortedDictionary<string, int>(stats?.Stats.ToDictionary() ?? [], StringComparer.Ordinal);
        IEnumerable<string> unanswered = stats is null ? [] : stats.Failed.Order(StringComparer.Ordinal);
        return new(ClusterAddress.Show(node), stats is not null, accounts.Count, accounts.Values.Sum(), accounts, [.. unanswered]);
    }
}
