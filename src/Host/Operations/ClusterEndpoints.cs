using Akka.Actor;
using Akka.Cluster;
using CreditActors.Sharding;
using GpuCredit.Host.Http;

namespace GpuCredit.Host.Operations;

/// <summary>
/// <c>/ops/cluster</c>: who is a member, and sending one away. Leave hands its accounts over first; down is for a node that is
/// surely dead: one that lives and can't be reached would be put out by the others without their having asked it.
/// </summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this IEndpointRouteBuilder routes)
    {
        var cluster = routes.MapGroup($"{OpsDoor.OpsPrefix}/cluster").ExcludeFromDescription();
        cluster.MapGet("", (ActorSystem system) => JsonAnswer.Of(Describe(system), ApiJson.Plain.ClusterAnswer));
        cluster.MapPost("/members/{address}/leave", (ActorSystem system, string address) =>
            Change(system, address, MemberStatus.Leaving, (cluster, member) => cluster.Leave(member)));
        cluster.MapPost("/members/{address}/down", (ActorSystem system, string address) =>
            Change(system, address, MemberStatus.Down, (cluster, member) => cluster.Down(member)));
    }

    private static ClusterAnswer Describe(ActorSystem system)
    {
        var cluster = Cluster.Get(system);
        var state = cluster.State;
        var holders = state.Members.Where(member => member.HasRole(AccountHosting.Role) && member.Status is MemberStatus.Up or MemberStatus.Leaving).ToList();
        return new(
            ClusterAddress.Show(cluster.SelfAddress),
            system.IsInTouchWithCluster(),
            state.Leader is { } leader ? ClusterAddress.Show(leader) : null,
            holders.Count == 0 ? null : ClusterAddress.Show(holders.Min(Member.AgeOrdering)!.Address),
            [.. state.Members.Select(member => Describe(member, member.Status, state))],
            [.. state.Unreachable.Select(member => ClusterAddress.Show(member.Address))]);
    }

    private static MemberAnswer Describe(Member member, MemberStatus status, ClusterEvent.CurrentClusterState state) => new(
        ClusterAddress.Show(member.Address),
        $"{status}".ToLowerInvariant(),
        [.. member.Roles.Order(StringComparer.Ordinal)],
        !state.Unreachable.Contains(member));

    private static IResult Change(ActorSystem system, string address, MemberStatus becoming, Action<Cluster, Address> change)
    {
        var cluster = Cluster.Get(system);
        var state = cluster.State;
        // The whole Akka address is taken too; its slashes come percent-encoded.
        var wanted = Uri.UnescapeDataString(address);
        if (state.Members.FirstOrDefault(member => wanted == ClusterAddress.Show(member.Address) || wanted == member.Address.ToString()) is not { } member)
            return Problems.NoMember(wanted, state.Members.Select(one => ClusterAddress.Show(one.Address)));
        change(cluster, member.Address);
        return JsonAnswer.Of(Describe(member, becoming, state), ApiJson.Plain.MemberAnswer, StatusCodes.Status202Accepted);
    }
}
