using System.Net;
using System.Text.Json.Nodes;

namespace Cluster.Tests.Nodes;

/// <summary>What a node tells its operators, and takes from them.</summary>
internal static class OperatorsApi
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(6) };

    /// <summary>The cluster as this node sees it; null when it doesn't say.</summary>
    public static Task<JsonNode?> ClusterAsync(ClusterNode node) => AskAsync(node, "/ops/cluster");

    /// <summary>How many accounts are awake at each address; null when this node doesn't say.</summary>
    public static async Task<IReadOnlyDictionary<string, int>?> AccountsAsync(ClusterNode node)
        => (await AskAsync(node, "/ops/shards"))?["nodes"]!.AsArray().ToDictionary(
            one => one!["address"]!.GetValue<string>(), one => one!["accounts"]!.GetValue<int>());

    /// <summary>Tells one node, through another or itself, to hand over and leave.</summary>
    public static Task LeaveAsync(ClusterNode through, ClusterNode leaving) => OrderAsync(through, leaving, "leave");

    /// <summary>Has one node, through another, taken for dead.</summary>
    public static Task DownAsync(ClusterNode through, ClusterNode downed) => OrderAsync(through, downed, "down");

    /// <summary>Whether this node sees exactly these members, all of them up and reachable.</summary>
    public static async Task<bool> SeesAsync(ClusterNode node, IEnumerable<string> addresses)
    {
        var cluster = await ClusterAsync(node);
        return cluster is not null
            && cluster["unreachable"]!.AsArray().Count == 0
            && cluster["members"]!.AsArray().All(member => member!["status"]!.GetValue<string>() == "up")
            && cluster["members"]!.AsArray().Select(member => member!["address"]!.GetValue<string>()).Order().SequenceEqual(addresses.Order());
    }

    /// <summary>The members that are up in the eyes of this node, as soon as it says.</summary>
    public static async Task<IReadOnlyList<string>> UpAsync(ClusterNode node, TimeSpan patience)
    {
        JsonNode? cluster = null;
        await Poll.UntilAsync($"{node.Name} says what it sees", async () => (cluster = await ClusterAsync(node)) is not null, patience);
        return [.. cluster!["members"]!.AsArray().Where(member => member!["status"]!.GetValue<string>() == "up").Select(member => member!["address"]!.GetValue<string>())];
    }

    private static async Task OrderAsync(ClusterNode through, ClusterNode node, string order)
    {
        using var response = await _http.PostAsync(new Uri(through.OpsUrl, $"/ops/cluster/members/{node.Address}/{order}"), content: null);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private static async Task<JsonNode?> AskAsync(ClusterNode node, string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(node.OpsUrl, path));
            return response.IsSuccessStatusCode ? JsonNode.Parse(await response.Content.ReadAsStringAsync()) : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
