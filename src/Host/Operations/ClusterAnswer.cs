using System.Text.Json.Serialization;

namespace GpuCredit.Host.Operations;

/// <summary>The cluster, as this node sees it.</summary>
/// <param name="Self">This node, as <c>host:port</c>.</param>
/// <param name="InTouch">It has heard from a majority lately; otherwise its accounts answer "unavailable".</param>
/// <param name="Leader">The node that lets members in and out; <c>null</c> while nobody agrees on one.</param>
/// <param name="Oldest">The member with accounts that was first: it decides where shards are; <c>null</c> when none is up.</param>
/// <param name="Members">Every member, by address.</param>
/// <param name="Unreachable">Those that this node, or one that it hears of, doesn't reach.</param>
internal sealed record ClusterAnswer(
    string Self,
    bool InTouch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Leader,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Oldest,
    IReadOnlyList<MemberAnswer> Members,
    IReadOnlyList<string> Unreachable);

/// <summary>One member of the cluster.</summary>
/// <param name="Address">As <c>host:port</c>: what leave and down take.</param>
/// <param name="Status">joining, up, leaving, exiting or down.</param>
/// <param name="Roles">What it does: account, gateway.</param>
/// <param name="Reachable">Whether it is reached.</param>
internal sealed record MemberAnswer(string Address, string Status, IReadOnlyList<string> Roles, bool Reachable);
