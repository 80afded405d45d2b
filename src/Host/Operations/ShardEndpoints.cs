using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using CreditActors.Sharding;
using GpuCredit.Host.Hosting;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Operations;

/// <summary><c>/ops/shards</c>: where the accounts are. Every node is asked, so an answer may take some seconds when one is dying.</summary>
internal static class ShardEndpoints
{
    private static readonly TimeSpan NodesAnswerWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(4);

    public static void MapShards(this IEndpointRouteBuilder routes) =>
        routes.MapGet($"{OpsDoor.OpsPrefix}/shards", GetAsync).ExcludeFromDescription();

    private static async Task<IResult> GetAsync(IReadOnlyActorRegistry actors, ClusterSettings settings, CancellationToken cancellation)
    {
        if (!actors.TryGet<AccountRegion>(out var region))
            return Problems.Unavailable("The accounts aren't started yet.");
        try
        {
            var stats = await region.Ask<ClusterShardingStats>(new GetClusterShardingStats(NodesAnswerWithin), AnswerWithin, cancellation);
            // Akka answers with nothing at all as soon as one node says nothing in time.
            if (stats.Regions.Count == 0)
                return Problems.Unavailable("A node doesn't say what it has; it may be on its way out, see /ops/cluster.");
            return JsonAnswer.Of(
                new ShardsAnswer(settings.Shards, [.. stats.Regions.Select(node => Describe(node.Key, node.Value)).OrderBy(node => node.Address, StringComparer.Ordinal)]),
                ApiJson.Plain.ShardsAnswer);
        }
        catch (AskTimeoutException)
        {
            return Problems.Unavailable("The shards' coordinator didn't answer; it may be on its way to another node.");
        }
    }

    private static NodeShardsAnswer Describe(Address address, ShardRegionStats stats) => new(
        ClusterAddress.Show(address),
        stats.Stats.Count,
        stats.Stats.Values.Sum(),
        new SortedDictionary<string, int>(stats.Stats.ToDictionary(), StringComparer.Ordinal),
        [.. stats.Failed.Order(StringComparer.Ordinal)]);
}
